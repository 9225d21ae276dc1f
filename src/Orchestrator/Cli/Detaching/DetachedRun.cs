using System.Text;
using System.Text.Json;
using Orchestrator.Drivers;
using Orchestrator.Linux.Files;
using Orchestrator.Operations;
using Orchestrator.Output;
using Orchestrator.Reporting;

namespace Orchestrator.Cli.Detaching;

/// <summary>
/// Makes a run one that nobody waits for: writes down what is meant for people, tells the caller when it is ready, and lets go of the terminal or the pipes that are his.
/// </summary>
/// <param name="caller">The caller.</param>
/// <param name="until">What makes it ready.</param>
/// <param name="terminal">Where the run speaks.</param>
/// <param name="next">Who else hears of the run.</param>
/// <param name="time">The clock.</param>
internal sealed class DetachedRun(Caller caller, string until, Terminal terminal, IRunObserver next, TimeProvider time) : IRunObserver, IDisposable
{
    /// <summary>It is ready when its guest's SSH answers.</summary>
    public const string Ssh = "ssh";

    /// <summary>It is ready when its guest says so, or that it has been given a job already.</summary>
    public const string Ready = "ready";

    /// <summary>It is ready when its guest runs.</summary>
    public const string Started = "started";

    private readonly CancellationTokenSource _ending = new();
    private RunEvent.Created? _created;
    private SshEndpoint? _ssh;
    private int _telling;

    /// <summary>What was waited for, in words.</summary>
    public string Awaited => until == Ssh ? "its SSH answered" : "it said that it is ready";

    /// <summary>The caller was told that it is ready.</summary>
    public bool Told { get; private set; }

    public void Observe(RunEvent happened)
    {
        next.Observe(happened);
        switch (happened)
        {
            case RunEvent.Created created:
                _created = created;
                WriteDown(created.Directory);
                break;
            case RunEvent.Started(var ssh, _):
                _ssh = ssh;
                if (until != Ready)
                {
                    _ = Task.Run(() => TellAsync(until == Ssh ? ssh : null));
                }

                break;
            case RunEvent.GuestReady or RunEvent.JobStarted when until == Ready:
                _ = Task.Run(() => TellAsync(null));
                break;
            case RunEvent.ShutdownRequested or RunEvent.Killing or RunEvent.Ended:
                _ending.Cancel();
                break;
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private void WriteDown(string directory)
    {
        try
        {
            terminal.CopyTo(PrivateFile.Append(Path.Combine(directory, RunFiles.OrchestratorLog))); // until the process ends
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            next.Observe(new RunEvent.Warning($"{RunFiles.OrchestratorLog} cannot be written: {error.Message}"));
        }
    }

    // Beside the run's loop: letting go of a terminal takes as long as somebody keeps it from being written to (Ctrl+S).
    private async Task TellAsync(SshEndpoint? first)
    {
        try
        {
            if (first is not null)
            {
                await new SshBanner(time).WaitAsync(first, _ending.Token);
            }

            if (!_ending.IsCancellationRequested && Interlocked.Exchange(ref _telling, 1) == 0)
            {
                terminal.LetGo();
                Told = true;
                caller.Tell(ToJson());
            }
        }
        catch (OperationCanceledException)
        {
            // The run ends before it is ready.
        }
    }

    private string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("run", _created!.Run.Value);
            json.WriteString("name", _created.Instance);
            if (_ssh is { } ssh)
            {
                json.WriteStartObject("ssh");
                json.WriteString("host", ssh.Host);
                json.WriteNumber("port", ssh.Port);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}

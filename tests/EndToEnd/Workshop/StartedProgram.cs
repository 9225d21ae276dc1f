using System.Diagnostics;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A program under way.</summary>
public sealed class StartedProgram : IDisposable
{
    /// <summary>Less than the time between two signals that a person sends.</summary>
    public static readonly TimeSpan PersonsPause = TimeSpan.FromMilliseconds(300);

    private readonly Process _process;
    private readonly LineCapture _output;
    private readonly LineCapture _error;
    private bool _disposed;

    public StartedProgram(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        _process = Process.Start(start)!;
        Pid = _process.Id;
        _process.StandardInput.Close();
        _output = new LineCapture(_process.StandardOutput.BaseStream);
        _error = new LineCapture(_process.StandardError.BaseStream);
    }

    public int Pid { get; }

    /// <summary>Standard output so far.</summary>
    public string Output => _output.Text;

    /// <summary>Standard error so far.</summary>
    public string Error => _error.Text;

    /// <summary>Waits for a line on standard output.</summary>
    /// <param name="text">What it contains.</param>
    /// <param name="occurrence">Which of the lines that contain it, from 1.</param>
    public Task<string> OutputLineAsync(string text, int occurrence = 1) => LineAsync(_output, text, occurrence);

    /// <summary>Waits for an event, where the program was asked to print them (<c>--json</c>).</summary>
    /// <param name="name">Its name.</param>
    /// <param name="occurrence">Which of that name, from 1.</param>
    /// <returns>Its line.</returns>
    public Task<string> EventAsync(string name, int occurrence = 1) => OutputLineAsync($"\"event\":\"{name}\"", occurrence);

    /// <summary>Waits for a line on standard error.</summary>
    public Task<string> ErrorLineAsync(string text) => LineAsync(_error, text, 1);

    /// <summary>Ctrl+C.</summary>
    public void Interrupt() => ProcessControl.Send(Pid, ProcessControl.Interrupt);

    /// <summary>Ctrl+C once more, after the pause that a person would make: without it, it would be the first one come by another way.</summary>
    public async Task InterruptAgainAsync()
    {
        await Task.Delay(PersonsPause, TestContext.Current.CancellationToken);
        Interrupt();
    }

    /// <summary>What service managers send.</summary>
    public void Terminate() => ProcessControl.Send(Pid, ProcessControl.Terminate);

    /// <summary>What a service manager sends a service that it is about to start again.</summary>
    public void AskToLeave() => ProcessControl.Send(Pid, ProcessControl.User1);

    /// <summary>Waits for its end.</summary>
    public async Task<Outcome> EndAsync()
    {
        using var deadline = ProcessControl.Deadline();
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await Task.WhenAll(_output.Completion, _error.Completion).WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"still running after {ProcessControl.Patience}\n{Everything}");
        }

        return new Outcome(_process.ExitCode, Output, Error);
    }

    /// <summary>Asks a service to end, and waits until it has.</summary>
    public async Task<Outcome> DrainedAsync()
    {
        Terminate();
        return (await EndAsync()).Exited(0);
    }

    /// <summary>Ends it, whatever it does.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        ProcessControl.EndAll(_process);
    }

    /// <summary>Ends another process without a question.</summary>
    public static void Kill(int pid) => ProcessControl.Send(pid, ProcessControl.Kill);

    /// <summary>As <see cref="Kill"/>, where it may be gone already.</summary>
    /// <returns>False when it was.</returns>
    public static bool TryKill(int pid) => ProcessControl.TrySend(pid, ProcessControl.Kill);

    private async Task<string> LineAsync(LineCapture stream, string text, int occurrence)
    {
        using var deadline = ProcessControl.Deadline();
        try
        {
            return await stream.WaitAsync(text, occurrence, deadline.Token)
                ?? throw new InvalidOperationException($"ended without the line '{text}'\n{Everything}");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no line '{text}' within {ProcessControl.Patience}\n{Everything}");
        }
    }

    private string Everything => $"--- stdout\n{Output}\n--- stderr\n{Error}";
}

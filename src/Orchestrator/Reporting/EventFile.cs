using Orchestrator.Drivers;
using Orchestrator.Linux.Files;
using Orchestrator.State;

namespace Orchestrator.Reporting;

/// <summary>
/// Writes down what happens to a run, in its directory, and passes it on. A disk that is full costs the file its end and the run nothing; a guest
/// that makes events without end costs neither.
/// </summary>
internal sealed class EventFile : IRunObserver, IDisposable
{
    /// <summary>The bound on the file, in bytes.</summary>
    public const long MaxBytes = 4 << 20;

    private readonly IRunObserver _next;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly FileStream? _file;
    private readonly JsonRunReporter? _writer;
    private bool _stopped;

    /// <summary>Opens the file of a run, which may have been begun by another process.</summary>
    public EventFile(RunDirectory directory, string instance, IRunObserver next, TimeProvider time)
    {
        _next = next;
        _time = time;
        try
        {
            _file = PrivateFile.Append(directory.PathOf(RunFiles.Events));
            _writer = new JsonRunReporter(_file, instance);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _stopped = true;
            next.Observe(new RunEvent.Warning($"{RunFiles.Events} cannot be written: {error.Message}"));
        }
    }

    public void Observe(RunEvent happened)
    {
        _next.Observe(happened);
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            try
            {
                _writer!.Tell(happened, _time.GetUtcNow());
                _stopped = _file!.Length > MaxBytes;
            }
            catch (Exception error) when (error is HostException or IOException)
            {
                _stopped = true;
            }
        }
    }

    /// <summary>Closes the file; what is observed afterwards is passed on only.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            _file?.Dispose();
        }
    }
}

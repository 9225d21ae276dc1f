using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux.Processes;

/// <summary>
/// A process held by its pidfd, so that neither a wait nor a kill can ever concern another process with the same pid. Disposing stops observing; the
/// process goes on.
/// </summary>
internal sealed class ObservedProcess : IObservedProcess
{
    private const int KillSignal = 9;

    private readonly SafeFileHandle _descriptor;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<WaitStatus?> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _disposed;

    private ObservedProcess(int pid, SafeFileHandle descriptor)
    {
        Pid = pid;
        _descriptor = descriptor;
        _ = WatchAsync();
    }

    /// <summary>The pid, for people.</summary>
    public int Pid { get; }

    public Task<WaitStatus?> Exited => _exited.Task;

    /// <summary>Observes a child that <see cref="ProcessLauncher.Spawn"/> started; it is collected when it ends.</summary>
    public static ObservedProcess OfChild(int pid) =>
        // Only this class collects it, so the pid cannot have been given to another.
        new(pid, Libc.OpenProcess(pid) ?? throw new IOException($"process {pid} vanished"));

    /// <summary>Takes hold of a process some other orchestrator started.</summary>
    /// <returns>Null when there is no such process (any more), or it is another.</returns>
    public static ObservedProcess? Open(ProcessIdentity identity)
    {
        var descriptor = Libc.OpenProcess(identity.Pid);
        if (descriptor is null)
        {
            return null;
        }

        // Checked after the descriptor is open, which pins the process: the answer cannot become stale.
        if (ProcessTable.IsAlive(identity))
        {
            return new ObservedProcess(identity.Pid, descriptor);
        }

        descriptor.Dispose();
        return null;
    }

    public void Kill() => Signal(KillSignal);

    /// <summary>Sends a signal. A process that has ended already is success.</summary>
    /// <exception cref="IOException">It belongs to another user.</exception>
    public void Signal(int number) => _ = Libc.Signal(_descriptor, number);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _stop.Cancel();
            _stop.Dispose();
            _descriptor.Dispose();
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            await Readiness.WaitAsync(_descriptor, _stop.Token).ConfigureAwait(false);
            _exited.SetResult(Libc.Reap(Pid) is { } status ? new WaitStatus(status) : null);
        }
        catch (OperationCanceledException)
        {
            // Nobody observes it any more.
        }
        catch (Exception error)
        {
            _exited.SetException(error); // whoever waits is to hear of it
        }
    }
}

using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>A process that ends when it is told to, and whose sockets close with it.</summary>
internal sealed class FakeProcess(Action closeSockets) : IObservedProcess
{
    private readonly TaskCompletionSource<WaitStatus?> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<WaitStatus?> Exited => _exited.Task;

    public bool WasKilled { get; private set; }

    public void Exit(WaitStatus? status)
    {
        closeSockets();
        _exited.TrySetResult(status);
    }

    public void Kill()
    {
        WasKilled = true;
        Exit(new WaitStatus(9));
    }

    public void Dispose()
    {
    }
}

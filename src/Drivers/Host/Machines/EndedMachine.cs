using System.Threading.Channels;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>A machine that was over when this process came, with its files still there.</summary>
internal sealed class EndedMachine : IVirtualMachine
{
    private readonly Channel<VmEvent> _events = Channel.CreateUnbounded<VmEvent>();
    private readonly Action _removeFiles;
    private int _released;

    /// <summary>Describes it.</summary>
    /// <param name="id">The run.</param>
    /// <param name="exit">How it ended, as far as that can be known.</param>
    /// <param name="removeFiles">Removes what the driver made for it.</param>
    public EndedMachine(VmId id, VmExit exit, Action removeFiles)
    {
        Id = id;
        _removeFiles = removeFiles;
        Completion = Task.FromResult(exit);
        _events.Writer.TryWrite(new VmEvent.Stopped(exit));
        _events.Writer.Complete();
    }

    public VmId Id { get; }

    public IAsyncEnumerable<VmEvent> Events => _events.Reader.ReadAllAsync();

    public SshEndpoint? Ssh => null;

    public Task<VmExit> Completion { get; }

    public Task StartAsync(ReadOnlyMemory<byte> medium, CancellationToken cancellationToken) =>
        throw new HypervisorException($"machine {Id} cannot be started: it is over");

    public Task RemoveConfigMediaAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RequestPowerDownAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ResumeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task KillAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Stream> OpenConsoleAsync(CancellationToken cancellationToken) => Task.FromResult(Stream.Null);

    public ValueTask DetachAsync()
    {
        Interlocked.Exchange(ref _released, 1);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            _removeFiles();
        }

        return ValueTask.CompletedTask;
    }
}

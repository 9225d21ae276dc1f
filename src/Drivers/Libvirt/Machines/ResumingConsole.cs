using Orchestrator.Linux.Streams;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>
/// A console that goes on when the daemon it comes through was restarted. What the guest says in between is in its log only. End of stream: the machine is
/// over.
/// </summary>
/// <param name="console">The first stream; owned.</param>
/// <param name="reopen">Opens the next one, waiting for the daemon; null when the machine is over.</param>
/// <param name="over">Completes when the machine is over.</param>
internal sealed class ResumingConsole(Stream console, Func<CancellationToken, Task<Stream?>> reopen, Task over) : SequentialStream
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Stream _console = console;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var console = _console;
            try
            {
                return await console.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                await ResumeAsync(console, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var console = _console;
            try
            {
                await console.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (IOException) when (!over.IsCompleted)
            {
                await ResumeAsync(console, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _console.Dispose();
            _turn.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task ResumeAsync(Stream broken, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_console == broken)
            {
                var next = await reopen(cancellationToken).ConfigureAwait(false) ?? Null;
                await broken.DisposeAsync().ConfigureAwait(false);
                _console = next;
            }
        }
        catch (OrchestratorException exception)
        {
            // Somebody has taken the console, or the daemon stays away: for who reads it, the console is broken, not the machine.
            throw new IOException(exception.Message, exception);
        }
        finally
        {
            _turn.Release();
        }
    }
}

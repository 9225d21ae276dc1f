namespace Orchestrator.Tests.Reporting;

/// <summary>The writing end of a full pipe that nobody reads: a write hangs, and like write(2) on a terminal hears of no token.</summary>
internal sealed class UnreadStream : MemoryStream
{
    private readonly TaskCompletionSource _never = new();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => new(_never.Task);
}

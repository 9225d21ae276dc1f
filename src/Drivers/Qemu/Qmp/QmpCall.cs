using System.Text.Json;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>
/// One call that waits for its answer. Answer, error, deadline, cancellation and close all race to complete it; the first one wins.
/// </summary>
/// <param name="command">The command's name.</param>
/// <param name="line">The message to send, line end included.</param>
/// <param name="timeout">The deadline, for the message of the exception.</param>
internal sealed class QmpCall(string command, ReadOnlyMemory<byte> line, TimeSpan timeout)
    : TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>The command's name.</summary>
    public string Command => command;

    /// <summary>The message to send, line end included.</summary>
    public ReadOnlyMemory<byte> Line => line;

    /// <summary>Gives up because the deadline passed.</summary>
    public void TimeOut() => TrySetException(new QmpTimeoutException(command, timeout));

    /// <summary>Gives up because the connection ended.</summary>
    public void Close(QmpClosure closure) => TrySetException(new QmpConnectionClosedException(command, closure));

    /// <summary>
    /// Waits for whatever comes first. The deadline runs from here, so it covers the time spent queued behind other commands.
    /// </summary>
    /// <returns>What QEMU returned.</returns>
    public async Task<JsonElement> WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await using var deadline = time.CreateTimer(
            static call => ((QmpCall)call!).TimeOut(), this, timeout, System.Threading.Timeout.InfiniteTimeSpan);
        using var cancellation = cancellationToken.UnsafeRegister(
            static (call, token) => ((QmpCall)call!).TrySetCanceled(token), this);
        return await Task;
    }
}

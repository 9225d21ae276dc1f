using System.Diagnostics.CodeAnalysis;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>
/// Where a guest of this host says something of itself (<see cref="GuestReport"/>): a FIFO in the run directory, which QEMU has open for as long as the machine lives. So what is
/// said while no orchestrator listens waits for the next one, as far as a FIFO's 64 KiB go; then whoever writes in the guest waits, and nobody else. Nothing is ever said to a
/// guest.
/// </summary>
/// <param name="path">Absolute path of the FIFO; there is none where the machine has no such port.</param>
/// <param name="events">Where what is said is told.</param>
/// <param name="time">The clock.</param>
[SuppressMessage("Usage", "CA1001", Justification = "A source of cancellation without a timer holds nothing.")]
internal sealed class GuestPort(string path, VmEventQueue events, TimeProvider time)
{
    private const int BufferBytes = 4096;

    // After more than is listened to. It is what a guest that never stops writing costs at most: ten looks a second.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // A FIFO ends with QEMU, which is over when this counts.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _listening = Task.CompletedTask;

    /// <summary>Begins to listen, when QEMU has the FIFO open: before, there is nobody to hear of.</summary>
    public void Listen() => _listening = ListenAsync();

    /// <summary>The machine is over: hears, without a pause, what it said last.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _listening.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Listens no more: what is said from now on is for somebody else.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
    }

    private async Task ListenAsync()
    {
        var lines = new GuestLines(events.Publish, time);
        try
        {
            using var fifo = Libc.Open(path, Libc.ReadOnly | Libc.NonBlocking | Libc.NoFollow);
            var buffer = new byte[BufferBytes];
            while (true)
            {
                await Readiness.WaitAsync(fifo, _stop.Token).ConfigureAwait(false);
                if (Libc.ReadAvailable(fifo, buffer) is not { } count)
                {
                    continue;
                }

                if (count == 0)
                {
                    break;
                }

                if (!lines.Hear(buffer.AsSpan(0, count)))
                {
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, _stop.Token);
                    await Task.Delay(Pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            // Enough was heard; or there is no port, as of a machine that an older version made.
        }

        lines.End();
    }
}

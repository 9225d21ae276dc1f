using System.Text.Json;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>
/// The way to command a QEMU, which outlasts a connection: when one is lost and QEMU is not, it makes another and lets commands wait meanwhile.
/// </summary>
internal sealed class QemuMonitor
{
    private const int MaxAttempts = 3;

    // QEMU closes its monitor some milliseconds before it exits; one that said so may still have disks to close.
    private static readonly TimeSpan ExitGrace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnnouncedExitGrace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Lock _observing = new();
    private readonly Func<CancellationToken, Task<QmpClient>> _connect;
    private readonly IQemuMonitorObserver _observer;
    private readonly Task _exited;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private TaskCompletionSource<QmpClient> _client;

    /// <summary>Takes over a connection.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="connect">Makes another one.</param>
    /// <param name="observer">Hears of everything; nothing before <see cref="RunAsync"/>.</param>
    /// <param name="exited">Completes when QEMU has exited.</param>
    /// <param name="time">The clock.</param>
    public QemuMonitor(
        QmpClient client, Func<CancellationToken, Task<QmpClient>> connect, IQemuMonitorObserver observer, Task exited, TimeProvider time)
    {
        _client = NewSource();
        _client.SetResult(client);
        _connect = connect;
        _observer = observer;
        _exited = exited;
        _time = time;
    }

    /// <summary>How long it tries to get a lost connection back.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Observes until QEMU has exited.</summary>
    /// <param name="stop">Lets go of QEMU.</param>
    /// <returns>False when QEMU runs but cannot be connected to any more.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        var client = await _client.Task.ConfigureAwait(false);
        try
        {
            while (true)
            {
                while (await client.Events.WaitToReadAsync(stop).ConfigureAwait(false))
                {
                    Drain(client);
                }

                var closure = await client.Closed.WaitAsync(stop).ConfigureAwait(false);
                Forget(client);
                await client.DisposeAsync().ConfigureAwait(false);
                if (await ExitsWithinAsync(_observer.IsEnding ? AnnouncedExitGrace : ExitGrace, stop).ConfigureAwait(false))
                {
                    return true;
                }

                _observer.Lost(closure.Detail);
                if (await ReconnectAsync(stop).ConfigureAwait(false) is not { } next)
                {
                    return _exited.IsCompleted;
                }

                client = next;
            }
        }
        finally
        {
            _ended.SetResult();
            await client.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Executes a command, on the next connection if the present one fails. A command may then be executed twice: give only such as do no harm.
    /// </summary>
    /// <returns>What QEMU returned; null when it has exited or was let go of.</returns>
    /// <exception cref="QmpCommandException">QEMU refused.</exception>
    /// <exception cref="HypervisorException">QEMU does not answer, or answers nonsense.</exception>
    public async Task<JsonElement?> ExecuteAsync(string command, Action<Utf8JsonWriter>? arguments, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await ConnectedAsync(cancellationToken).ConfigureAwait(false) is not { } client)
            {
                return null;
            }

            try
            {
                return await client.ExecuteAsync(command, arguments, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (QmpConnectionClosedException exception)
            {
                if (attempt == MaxAttempts)
                {
                    throw new HypervisorException($"QEMU closes its control socket whenever it is told '{command}': {exception.Message}", exception);
                }

                Forget(client);
            }
            catch (Exception exception) when (exception is QmpTimeoutException or QmpReplyException)
            {
                throw new HypervisorException(exception.Message, exception);
            }
        }
    }

    /// <summary>Sees to it that everything QEMU said before its last answer has been observed.</summary>
    public void Drain()
    {
        if (_client.Task is { IsCompletedSuccessfully: true } connected)
        {
            Drain(connected.Result);
        }
    }

    private static TaskCompletionSource<QmpClient> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Drain(QmpClient client)
    {
        lock (_observing)
        {
            while (client.Events.TryRead(out var message))
            {
                _observer.Observe(message);
            }
        }
    }

    /// <summary>Makes commands wait for another connection than this one.</summary>
    private void Forget(QmpClient client)
    {
        lock (_gate)
        {
            if (_client.Task.IsCompleted && _client.Task.Result == client)
            {
                _client = NewSource();
            }
        }
    }

    private async Task<QmpClient?> ConnectedAsync(CancellationToken cancellationToken)
    {
        Task<QmpClient> connected;
        lock (_gate)
        {
            connected = _client.Task;
        }

        if (connected.IsCompleted)
        {
            return await connected.ConfigureAwait(false);
        }

        await Task.WhenAny(connected, _exited, _ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        return connected.IsCompleted ? await connected.ConfigureAwait(false) : null;
    }

    private async Task<QmpClient?> ReconnectAsync(CancellationToken stop)
    {
        var start = _time.GetTimestamp();
        for (var delay = FirstDelay; _time.GetElapsedTime(start) < Patience; delay = Min(2 * delay, LongestDelay))
        {
            QmpClient? client = null;
            try
            {
                client = await _connect(stop).ConfigureAwait(false);
                await _observer.RestoredAsync(client, stop).ConfigureAwait(false);
                lock (_gate)
                {
                    _client.SetResult(client);
                }

                return client;
            }
            catch (QmpException)
            {
                // Somebody else may hold the socket, or QEMU may be exiting: try until the patience is at its end.
                await DisposeAsync(client).ConfigureAwait(false);
            }
            catch
            {
                await DisposeAsync(client).ConfigureAwait(false);
                throw;
            }

            if (await ExitsWithinAsync(delay, stop).ConfigureAwait(false))
            {
                break;
            }
        }

        return null;
    }

    private async Task<bool> ExitsWithinAsync(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await _exited.WaitAsync(time, _time, stop).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static TimeSpan Min(TimeSpan first, TimeSpan second) => first < second ? first : second;

    private static ValueTask DisposeAsync(QmpClient? client) => client?.DisposeAsync() ?? ValueTask.CompletedTask;
}

using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>
/// A connection to a QEMU's monitor (QEMU's <c>docs/interop/qmp-spec</c>). One loop reads and one writes; answers are matched with
/// calls by id, and events go their own way, because QEMU may send an event before or after the answer to the command that caused it.
/// </summary>
/// <remarks>
/// Thread-safe. Commands go out in the order of the calls, and each as a whole: a call that is cancelled or late before its command was
/// sent sends nothing, and afterwards its answer is dropped. The first cause of a close wins: it fails every waiting and every later
/// call and is what <see cref="Closed"/> says. A peer is not trusted: QEMU may be under attack of its guest, so every queue it can
/// fill has a bound.
/// </remarks>
internal sealed class QmpClient : IAsyncDisposable
{
    /// <summary>What an exception calls the wait for QEMU's greeting, as if it were a command.</summary>
    public const string GreetingStep = "greeting";

    // After a failed write, what QEMU sent before it went is still to be read: the SHUTDOWN event that says why it went is in there.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private readonly QmpCallTable _calls = new();
    private readonly TaskCompletionSource<QmpClosure> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<QmpCall> _outgoing = Channel.CreateUnbounded<QmpCall>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<QmpEvent> _events;
    private readonly CancellationTokenSource _reading;
    private readonly Stream _stream;
    private readonly QmpClientOptions _options;
    private readonly QmpCall _greeting;
    private readonly Task _loops;
    private bool _disposed;

    // QEMU may answer a command of an earlier connection on this one. Ids that start at random keep it from being taken for ours.
    private long _lastId = (long)Random.Shared.Next() << 20;

    private QmpClient(Stream stream, QmpClientOptions options)
    {
        _stream = stream;
        _options = options;
        _greeting = new QmpCall(GreetingStep, default, options.HandshakeTimeout);
        _events = Channel.CreateBounded<QmpEvent>(new BoundedChannelOptions(options.MaxUnreadEvents) { SingleWriter = true });
        _reading = new CancellationTokenSource(Timeout.InfiniteTimeSpan, options.TimeProvider);
        _loops = Task.WhenAll(ReadLoopAsync(), WriteLoopAsync());
    }

    /// <summary>What QEMU said first, its version above all.</summary>
    public QmpGreeting Greeting { get; private set; } = new(new Version(0, 0, 0), "", []);

    /// <summary>
    /// The events, in order. Each is given out once, and somebody must go on reading as long as the connection is open. An event that
    /// QEMU sent before an answer is here before the call completes. Completes, without an error, when the connection has closed and
    /// all are read.
    /// </summary>
    public ChannelReader<QmpEvent> Events => _events.Reader;

    /// <summary>Completes when the connection has closed, with the first cause. Never faults.</summary>
    public Task<QmpClosure> Closed => _closed.Task;

    /// <summary>Connects to a monitor's Unix socket and negotiates.</summary>
    /// <param name="socketPath">Where QEMU listens, or had a listening socket passed; 107 bytes at most.</param>
    /// <param name="options">Deadlines, bounds, clock and transcript; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A connection that takes commands; dispose it.</returns>
    /// <exception cref="QmpConnectionClosedException">
    /// Nothing listens there (<see cref="QmpCloseReason.NotConnected"/>), or the connection ended at once.
    /// </exception>
    /// <exception cref="QmpTimeoutException">No greeting in time: QEMU hangs, or serves another connection, since it serves one at a time.</exception>
    /// <exception cref="QmpCommandException">QEMU refused the negotiation.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<QmpClient> ConnectAsync(
        string socketPath, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is not SocketException)
            {
                throw;
            }

            throw new QmpConnectionClosedException(
                GreetingStep, new QmpClosure(QmpCloseReason.NotConnected, $"cannot connect to '{socketPath}': {e.Message}", e));
        }

        return await OpenAsync(new NetworkStream(socket, ownsSocket: true), options, cancellationToken);
    }

    /// <summary>Negotiates on a connection that exists already.</summary>
    /// <param name="stream">Reads from and writes to QEMU. Owned from here on: also when this fails, it is disposed.</param>
    /// <param name="options">Deadlines, bounds, clock and transcript; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A connection that takes commands; dispose it.</returns>
    /// <inheritdoc cref="ConnectAsync" path="/exception"/>
    public static async Task<QmpClient> OpenAsync(
        Stream stream, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new QmpClientOptions();
        QmpClient client = new(stream, options);
        try
        {
            await client._greeting.WaitAsync(options.TimeProvider, cancellationToken);
            await client.ExecuteAsync("qmp_capabilities", null, options.HandshakeTimeout, cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Executes a command and waits for its answer.</summary>
    /// <param name="command">The command's name, as in QEMU's <c>qapi/*.json</c>.</param>
    /// <param name="arguments">
    /// Writes the members of the arguments object, as in <c>w => w.WriteString("id", "config")</c>; null for none. Runs before this
    /// method returns. No secrets: the transcript has every message.
    /// </param>
    /// <param name="timeout">The deadline; null for <see cref="QmpClientOptions.CommandTimeout"/>, <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <param name="cancellationToken">Gives up waiting. A command that was sent already may still be carried out.</param>
    /// <returns>What QEMU returned, valid for as long as it is held. Every string in it is valid Unicode.</returns>
    /// <exception cref="QmpCommandException">QEMU answered with an error.</exception>
    /// <exception cref="QmpTimeoutException">The deadline passed.</exception>
    /// <exception cref="QmpConnectionClosedException">The connection has closed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<JsonElement> ExecuteAsync(
        string command,
        Action<Utf8JsonWriter>? arguments = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var deadline = timeout ?? _options.CommandTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThan(deadline, Timeout.InfiniteTimeSpan, nameof(timeout));
        var id = Interlocked.Increment(ref _lastId);
        QmpCall call = new(command, QmpRequest.Encode(id, command, arguments), deadline);
        _calls.Add(id, call, _outgoing.Writer);
        try
        {
            return await call.WaitAsync(_options.TimeProvider, cancellationToken);
        }
        finally
        {
            _calls.TryTake(id, out _);
        }
    }

    /// <summary>Executes a command and reads its answer into a type of ours.</summary>
    /// <param name="command">The command's name.</param>
    /// <param name="resultType">How to read the answer (source-generated).</param>
    /// <param name="arguments">Writes the members of the arguments object; null for none.</param>
    /// <param name="timeout">The deadline; null for the default.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="QmpReplyException">The answer does not fit the type.</exception>
    /// <inheritdoc cref="ExecuteAsync(string, Action{Utf8JsonWriter}, TimeSpan?, CancellationToken)" path="/exception"/>
    public async Task<T> ExecuteAsync<T>(
        string command,
        JsonTypeInfo<T> resultType,
        Action<Utf8JsonWriter>? arguments = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
        where T : notnull
    {
        var result = await ExecuteAsync(command, arguments, timeout, cancellationToken);
        try
        {
            return result.Deserialize(resultType) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new QmpReplyException(command, e);
        }
    }

    /// <summary>Closes the connection. Calls that wait fail with <see cref="QmpCloseReason.Disposed"/>, unless it had closed before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            await _loops;
            return;
        }

        Stop(new QmpClosure(QmpCloseReason.Disposed, "the QMP connection was closed on our side"));
        await _reading.CancelAsync();
        await DisposeStreamAsync();
        await _loops;
        _reading.Dispose();
    }

    /// <summary>From here on no call is taken and none is sent. The read loop, once it ends too, fails those that wait.</summary>
    private void Stop(QmpClosure cause)
    {
        _calls.Stop(cause);
        _outgoing.Writer.TryComplete();
    }

    private async Task WriteLoopAsync()
    {
        try
        {
            await foreach (var call in _outgoing.Reader.ReadAllAsync())
            {
                if (!_calls.IsWanted(call))
                {
                    continue;
                }

                _options.Transcript?.Sent(call.Line.Span);

                // No token: a message that was begun is finished, or the stream is out of step. Disposal disposes the stream.
                await _stream.WriteAsync(call.Line, CancellationToken.None);
                await _stream.FlushAsync(CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            // Whatever a stream throws, it cannot be written to any more.
            Stop(QmpClosure.OfWriting(e));
            _reading.CancelAfter(DrainTime);
        }
    }

    private async Task ReadLoopAsync()
    {
        QmpLineReader reader = new(_stream, _options.MaxMessageBytes);
        QmpClosure? cause = null;
        try
        {
            while (cause is null)
            {
                cause = await reader.ReadAsync(_reading.Token) is { } line
                    ? Receive(line)
                    : QmpClosure.OfEnd();
            }
        }
        catch (Exception e)
        {
            // Whatever a stream throws, and whatever QEMU sent, ends the connection and nothing else.
            cause = QmpClosure.OfReading(e);
        }

        await CloseAsync(cause, reader);
    }

    /// <summary>Deals with one message.</summary>
    /// <returns>Why the connection cannot go on; null when it can.</returns>
    private QmpClosure? Receive(byte[] line)
    {
        _options.Transcript?.Received(line);
        var message = QmpMessage.Parse(line);
        if (!_greeting.Task.IsCompletedSuccessfully)
        {
            if (message is not QmpMessage.Greeting(var greeting))
            {
                return new QmpClosure(QmpCloseReason.ProtocolViolated, "QEMU's first QMP message is not a greeting");
            }

            Greeting = greeting;
            _greeting.TrySetResult(default);
            return null;
        }

        switch (message)
        {
            case QmpMessage.Event(var value):
                return _events.Writer.TryWrite(value)
                    ? null
                    : new QmpClosure(QmpCloseReason.EventsUnread, $"{_options.MaxUnreadEvents} QMP events are waiting to be read");
            case QmpMessage.Return(var id, var value):
                Answer(id, call => call.TrySetResult(value));
                return null;
            case QmpMessage.Error(null, _, var description):
                // QEMU says this of input it cannot even parse. Which call it belongs to cannot be known, so none can be trusted.
                return new QmpClosure(QmpCloseReason.ProtocolViolated, $"QEMU did not understand a QMP command: {description}");
            case QmpMessage.Error(var id, var errorClass, var description):
                Answer(id, call => call.TrySetException(new QmpCommandException(call.Command, errorClass, description)));
                return null;
            default:
                return new QmpClosure(QmpCloseReason.ProtocolViolated, "QEMU greeted twice on one QMP connection");
        }
    }

    private void Answer(long? id, Action<QmpCall> complete)
    {
        if (_calls.TryTake(id, out var call))
        {
            complete(call);
        }
        else
        {
            _options.Transcript?.Remark("nobody waits for this answer (any more)");
        }
    }

    private async Task CloseAsync(QmpClosure cause, QmpLineReader reader)
    {
        Stop(cause);
        cause = _calls.Close();
        _greeting.Close(cause);
        _options.Transcript?.Remark($"closed: {cause.Detail}");
        _events.Writer.TryComplete();
        await reader.CompleteAsync();
        await DisposeStreamAsync();
        _closed.TrySetResult(cause);
    }

    private async Task DisposeStreamAsync()
    {
        try
        {
            await _stream.DisposeAsync();
        }
        catch (Exception)
        {
            // It is of no more use either way, and why the connection ended is known already.
        }
    }
}

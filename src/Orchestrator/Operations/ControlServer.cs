using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Streams;

namespace Orchestrator.Operations;

/// <summary>
/// Serves a service's control socket, in a directory that is the user's alone. Whoever
/// starts one holds the state directory's lock for services, so that what lies at the path was left by a dead one.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    // Whoever finds it full is refused (EAGAIN) and not made to wait, so that a fleet that is stopped one command each must fit in.
    private const int Backlog = 1024;

    /// <summary>
    /// How long a client may take to send its line, and again to take its answer. One that needs longer is broken, and must hold neither a connection
    /// nor the service's end.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // For descriptors to become free, should there be none: the next attempt would fail at once, and the one after it.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly UnixListener _listener;
    private readonly Func<ControlRequest, CancellationToken, Task<ControlResponse>> _handle;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Task> _conversations = [];
    private readonly Task _accepting;

    private ControlServer(
        UnixListener listener, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle, TimeProvider time)
    {
        _listener = listener;
        _handle = handle;
        _time = time;
        _accepting = AcceptAsync();
    }

    /// <summary>Begins to serve.</summary>
    /// <param name="path">Absolute path of the socket.</param>
    /// <param name="handle">
    /// Does what is asked; called for any number of requests at once. An <see cref="OrchestratorException"/> is answered with its message. Its token is
    /// cancelled when the server closes.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <exception cref="HostException">It cannot be made.</exception>
    /// <exception cref="ConfigurationException">The path is too long for a socket.</exception>
    public static ControlServer Start(
        string path, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle, TimeProvider time)
    {
        if (Libc.FindSocketPathFault(path) is { } fault)
        {
            throw new ConfigurationException($"control socket '{path}': {fault}; name a shorter state directory with --state-dir");
        }

        try
        {
            File.Delete(path);
            return new ControlServer(new UnixListener(path, Backlog), handle, time);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(
                HostProblem.PermissionDenied, $"control socket '{path}': {error.Message}; name another state directory with --state-dir", error);
        }
    }

    /// <summary>Accepts no more, lets the requests under way know, waits for their answers, and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(Underway());
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var connection = await _listener.Socket.AcceptAsync(_closing.Token);
                Remember(ConverseAsync(connection));
            }
            catch (SocketException)
            {
                // A client that vanished between asking and being accepted; or no descriptor is left.
                await Task.Delay(AfterFailure, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                // Closing.
            }
        }
    }

    private async Task ConverseAsync(Socket connection)
    {
        using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            if (await AnswerAsync(stream) is { } answer)
            {
                // Whoever is asked to wait for an answer gets one, also from a server that closes.
                using var patience = new CancellationTokenSource(Patience, _time);
                await ControlLine.WriteAsync(stream, answer, ControlJson.Default.ControlResponse, patience.Token);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client is gone, never said anything, or does not listen: there is nobody to tell.
        }
    }

    private async Task<ControlResponse?> AnswerAsync(Stream client)
    {
        try
        {
            using var silence = new CancellationTokenSource(Patience, _time);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, silence.Token);
            return await ControlLine.ReadAsync(client, ControlJson.Default.ControlRequest, enough.Token) is { } request
                ? await DoAsync(request)
                : null;
        }
        catch (JsonException error)
        {
            return new ControlResponse($"the request makes no sense: {error.Message}");
        }
    }

    private async Task<ControlResponse> DoAsync(ControlRequest request)
    {
        try
        {
            return await _handle(request, _closing.Token);
        }
        catch (OrchestratorException error)
        {
            return new ControlResponse(error.Message);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            return new ControlResponse("the service ends");
        }
        catch (Exception defect)
        {
            // Nobody expected it, and whoever asked must not take it for a service that is away.
            return new ControlResponse($"a defect of the service: {defect.Message}");
        }
    }

    private void Remember(Task conversation)
    {
        lock (_conversations)
        {
            _conversations.RemoveWhere(task => task.IsCompleted);
            _conversations.Add(conversation);
        }
    }

    private Task[] Underway()
    {
        lock (_conversations)
        {
            return [.. _conversations];
        }
    }
}

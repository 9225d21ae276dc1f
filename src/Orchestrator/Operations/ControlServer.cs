using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Processes;

namespace Orchestrator.Operations;

/// <summary>
/// Serves a service's control socket: mode 0600 from its first moment, in a directory that is the user's alone. Whoever
/// starts one holds the state directory's lock for services, so that what lies at the path was left by a dead one.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private const int Backlog = 16;

    // sun_path of unix(7), without the null that ends it.
    private const int MaxPathBytes = 107;

    // A client sends its line at once; one that does not is broken, and must not hold a connection for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly Socket _listener;
    private readonly Func<ControlRequest, CancellationToken, Task<ControlResponse>> _handle;
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Task> _conversations = [];
    private readonly Task _accepting;

    private ControlServer(
        string path, Socket listener, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle)
    {
        _path = path;
        _listener = listener;
        _handle = handle;
        _accepting = AcceptAsync();
    }

    /// <summary>Begins to serve.</summary>
    /// <param name="path">Absolute path of the socket.</param>
    /// <param name="handle">
    /// Does what is asked; called for any number of requests at once. An <see cref="OrchestratorException"/> is answered with its message. Its token is
    /// cancelled when the server closes.
    /// </param>
    /// <exception cref="HostException">It cannot be made.</exception>
    /// <exception cref="ConfigurationException">The path is too long for a socket.</exception>
    public static ControlServer Start(string path, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle)
    {
        var length = Encoding.UTF8.GetByteCount(path);
        if (length > MaxPathBytes)
        {
            throw new ConfigurationException(string.Create(
                CultureInfo.InvariantCulture,
                $"control socket '{path}': its path is {length} bytes long, and {MaxPathBytes} are possible; name a shorter state directory with --state-dir"));
        }

        try
        {
            File.Delete(path);
            using var descriptor = Libc.Listen(path, Backlog);
            var socket = new Socket(new SafeSocketHandle(descriptor.DangerousGetHandle(), ownsHandle: true));
            descriptor.SetHandleAsInvalid();
            return new ControlServer(path, socket, handle);
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
        File.Delete(_path);
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
                var connection = await _listener.AcceptAsync(_closing.Token);
                Remember(ConverseAsync(connection));
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Closing; or a client that vanished between asking and being accepted.
            }
        }
    }

    private async Task ConverseAsync(Socket connection)
    {
        using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            patience.CancelAfter(Patience);
            if (await ControlLine.ReadAsync(stream, ControlJson.Default.ControlRequest, patience.Token) is { } request)
            {
                await ControlLine.WriteAsync(stream, await AnswerAsync(request), ControlJson.Default.ControlResponse, CancellationToken.None);
            }
        }
        catch (JsonException error)
        {
            await ControlLine.WriteAsync(
                stream, new ControlResponse($"the request makes no sense: {error.Message}"), ControlJson.Default.ControlResponse, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client is gone, or never said anything: there is nobody to tell.
        }
    }

    private async Task<ControlResponse> AnswerAsync(ControlRequest request)
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

using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Orchestrator.Drivers;
using Orchestrator.Service.Reporting;

namespace Orchestrator.Service.Monitoring;

/// <summary>
/// Answers <c>GET /metrics</c> and <c>GET /healthz</c>, and nothing else: one request a connection, of a bounded length, within a bounded time,
/// from a bounded number of clients at a time. Reads nothing of a request but its first line.
/// </summary>
/// <remarks>By hand, since ASP.NET Core would be several times the rest of the program, and HttpListener is frozen.</remarks>
internal sealed class MonitoringEndpoint(
    IPEndPoint? wanted, ServiceMetrics metrics, IHealth health, ServiceReports reports, TimeProvider time) : IHostedService, IDisposable
{
    private const int MostHeadBytes = 8 * 1024;
    private const int MostClients = 8;

    // socket(7): SOL_SOCKET and SO_REUSEADDR.
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;

    private const string Text = "text/plain; charset=utf-8";
    private const string Exposition = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _places = new(MostClients);
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Where it listens; null where it is not wanted.</summary>
    public IPEndPoint? Endpoint => (IPEndPoint?)_listener?.LocalEndPoint;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="HostException">The address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (wanted is null)
        {
            return Task.CompletedTask;
        }

        _listener = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Raw, so that connections of an earlier service in TIME_WAIT do no harm: .NET's own option would set SO_REUSEPORT too, and then two
            // services could listen at once.
            _listener.SetRawSocketOption(SocketLevel, ReuseAddress, BitConverter.GetBytes(1));
            _listener.Bind(wanted);
            _listener.Listen(MostClients);
        }
        catch (SocketException error)
        {
            throw new HostException(
                error.SocketErrorCode == SocketError.AccessDenied ? HostProblem.PermissionDenied : HostProblem.PortBusy,
                $"up.listen {wanted}: {error.Message}; choose another address or port",
                error);
        }

        _accepting = AcceptAsync(_listener);
        reports.Tell(new ServiceEvent.Listening(Endpoint!));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _closing.CancelAsync();
        _listener?.Dispose();
        await _accepting;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener?.Dispose();
        _closing.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                await _places.WaitAsync(_closing.Token);
                Socket client;
                try
                {
                    client = await listener.AcceptAsync(_closing.Token);
                }
                catch (SocketException)
                {
                    // The client went before it was taken, or this process has no descriptor left for it: the next may fare better.
                    _places.Release();
                    await Task.Delay(TimeSpan.FromMilliseconds(100), time, _closing.Token);
                    continue;
                }

                _ = ServeAsync(client);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // The service ends.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _closing.Token);
        try
        {
            using (client)
            {
                var response = Encoding.UTF8.GetBytes(await AnswerOrFailAsync(await ReadHeadAsync(client, either.Token), either.Token));
                for (var sent = 0; sent < response.Length;)
                {
                    sent += await client.SendAsync(response.AsMemory(sent), either.Token);
                }

                client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever asked went away, or took too long.
        }
        finally
        {
            if (!_closing.IsCancellationRequested)
            {
                _places.Release();
            }
        }
    }

    /// <returns>The head of the request; null when it is none.</returns>
    private static async Task<string?> ReadHeadAsync(Socket client, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostHeadBytes];
        var length = 0;
        while (length < buffer.Length)
        {
            var count = await client.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (count == 0)
            {
                return null;
            }

            length += count;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
            {
                return Encoding.Latin1.GetString(buffer, 0, length);
            }
        }

        return null;
    }

    private async Task<string> AnswerOrFailAsync(string? head, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(head, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Response("500 Internal Server Error", Text, $"{error.Message}\n", body: true);
        }
    }

    private async Task<string> AnswerAsync(string? head, CancellationToken cancellationToken)
    {
        if (head?.Split("\r\n")[0].Split(' ') is not [var method, var target, "HTTP/1.1" or "HTTP/1.0"])
        {
            return Response("400 Bad Request", Text, "not a request that is understood here\n", body: true);
        }

        if (method is not ("GET" or "HEAD"))
        {
            return Response("405 Method Not Allowed", Text, "only GET\n", body: true, "Allow: GET, HEAD\r\n");
        }

        var body = method == "GET";
        switch (PathOf(target))
        {
            case "/metrics":
                return Response("200 OK", Exposition, metrics.Write(), body);
            case "/healthz":
                var failure = await health.CheckAsync(cancellationToken);
                return failure is null ? Response("200 OK", Text, "ok\n", body) : Response("503 Service Unavailable", Text, failure + '\n', body);
            default:
                return Response("404 Not Found", Text, "there are /metrics and /healthz\n", body);
        }
    }

    // A server has to take the absolute form too, which is a proxy's: RFC 9112 3.2.2.
    private static string PathOf(string target) =>
        !target.StartsWith('/') && Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri.AbsolutePath
            : target.Split('?')[0];

    private static string Response(string status, string type, string content, bool body, string more = "") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(content)}\r\n"
        + $"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{more}Connection: close\r\n\r\n{(body ? content : "")}";
}

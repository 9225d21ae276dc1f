using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux.Streams;
using Orchestrator.Service.Reporting;

namespace Orchestrator.Service.Monitoring;

/// <summary>
/// Listens at the monitoring address: one request a connection, of a bounded length, within a bounded time, from a bounded number of clients at a time. Where
/// there are more, those that have waited longest go: strangers who hold connections keep no probe from its answer.
/// </summary>
/// <remarks>By hand, since ASP.NET Core would be several times the rest of the program, and HttpListener is frozen.</remarks>
internal sealed class MonitoringEndpoint(
    UpSettings settings, ServiceMetrics metrics, IHealth health, ServiceReports reports, TimeProvider time) : IHostedService, IDisposable
{
    private const int MostHeadBytes = 8 * 1024;

    /// <summary>How many clients are served at a time.</summary>
    public const int MostClients = 64;

    // socket(7): SOL_SOCKET and SO_REUSEADDR.
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;

    // Whoever is to be answered asks as soon as it is connected.
    private static readonly TimeSpan AskingTakes = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnsweringTakes = TimeSpan.FromSeconds(5);

    private readonly MonitoringAnswers _answers = new(settings, metrics, health);
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Client> _clients = []; // the oldest first
    private UnixListener? _unix;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Where it listens; null where it is not wanted.</summary>
    public EndPoint? Endpoint => _unix is null ? _listener?.LocalEndPoint : settings.Listen;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="HostException">The address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        switch (settings.Listen)
        {
            case null:
                return Task.CompletedTask;
            case UnixDomainSocketEndPoint socket:
                ListenAt(socket.ToString());
                break;
            case var address:
                ListenAt((IPEndPoint)address);
                break;
        }

        _accepting = AcceptAsync(_listener!);
        reports.Tell(new ServiceEvent.Listening(Endpoint!));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _closing.CancelAsync();
        _unix?.Dispose();
        _listener?.Dispose();
        await _accepting;
    }

    public void Dispose()
    {
        _unix?.Dispose();
        _listener?.Dispose();
        _closing.Dispose();
    }

    private void ListenAt(IPEndPoint address)
    {
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Raw, so that connections of an earlier service in TIME_WAIT do no harm: .NET's own option would set SO_REUSEPORT too, and then two
            // services could listen at once.
            _listener.SetRawSocketOption(SocketLevel, ReuseAddress, BitConverter.GetBytes(1));
            _listener.Bind(address);
            _listener.Listen(MostClients);
        }
        catch (SocketException error)
        {
            throw new HostException(
                error.SocketErrorCode == SocketError.AccessDenied ? HostProblem.PermissionDenied : HostProblem.PortBusy,
                $"up.listen {address}: {error.Message}; choose another address or port",
                error);
        }
    }

    // For this user and its group: who else may ask is decided by whose group it is, and by the directory.
    private void ListenAt(string path)
    {
        try
        {
            UnixListener.Clear(path);
            _unix = new UnixListener(path, MostClients);
            _listener = _unix.Socket;
            File.SetUnixFileMode(path, (UnixFileMode)0b110_110_000);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(HostProblem.PortBusy, $"up.listen unix:{path}: {error.Message}, or choose another path", error);
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                try
                {
                    _ = ServeAsync(Admit(await listener.AcceptAsync(_closing.Token)));
                }
                catch (SocketException)
                {
                    // The client went before it was taken, or this process has no descriptor left for it: the next may fare better.
                    await Task.Delay(TimeSpan.FromMilliseconds(100), time, _closing.Token);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // The service ends.
        }
    }

    private Client Admit(Socket socket)
    {
        var client = new Client(socket);
        lock (_clients)
        {
            if (_clients.Count == MostClients)
            {
                var leaves = _clients.Find(other => !other.HasAsked) ?? _clients[0];
                leaves.Socket.Dispose();
                _clients.Remove(leaves);
            }

            _clients.Add(client);
        }

        return client;
    }

    private async Task ServeAsync(Client client)
    {
        using var patience = new CancellationTokenSource(AskingTakes, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _closing.Token);
        try
        {
            using var socket = client.Socket;
            var head = await ReadHeadAsync(socket, either.Token);
            client.HasAsked = true;
            patience.CancelAfter(AnsweringTakes);
            var response = await _answers.AnswerAsync(head, either.Token);
            for (var sent = 0; sent < response.Length;)
            {
                sent += await socket.SendAsync(response.AsMemory(sent), either.Token);
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever asked went away, took too long, or had to make room.
        }
        finally
        {
            lock (_clients)
            {
                _clients.Remove(client);
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
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                return Encoding.Latin1.GetString(buffer, 0, end);
            }
        }

        return null;
    }

    private sealed class Client(Socket socket)
    {
        public Socket Socket => socket;

        public bool HasAsked { get; set; }
    }
}

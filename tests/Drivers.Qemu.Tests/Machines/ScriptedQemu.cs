using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>Something that speaks QMP on a unix socket and does what a test says. Serves one connection at a time, as QEMU does.</summary>
internal sealed class ScriptedQemu : IAsyncDisposable
{
    private const string Greeting = """{"QMP":{"version":{"qemu":{"micro":0,"minor":2,"major":7},"package":""},"capabilities":["oob"]}}""";

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _serving;
    private volatile Socket? _connection;

    public ScriptedQemu(string socketPath)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        _listener.Listen();
        _serving = ServeAsync();
    }

    /// <summary>Every command that came, in order.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>What a command is answered: the members of the answer besides its id. Absent: an empty return.</summary>
    public ConcurrentDictionary<string, Func<string>> Answers { get; } = new()
    {
        ["query-status"] = () => """ "return":{"status":"running","running":true} """,
        ["query-block"] = () => Drive(trayOpen: false, inserted: false),
        ["query-named-block-nodes"] = () => """ "return":[] """,
        ["query-fdsets"] = () => """ "return":[] """,
    };

    public static string Drive(bool trayOpen, bool inserted, string ioStatus = "ok") =>
        $$""" "return":[{"qdev":"root","io-status":"{{ioStatus}}"},{"qdev":"config","tray_open":{{(trayOpen ? "true" : "false")}}{{(inserted ? ",\"inserted\":{}" : "")}}}] """;

    public Task EmitAsync(string name, string data = "{}") =>
        SendAsync($$$"""{"timestamp":{"seconds":1,"microseconds":2},"event":"{{{name}}}","data":{{{data}}}}""");

    /// <summary>Breaks the connection; the next one is served.</summary>
    public void Break() => _connection?.Dispose();

    /// <summary>Breaks the connection and takes no other.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Break();
        await _serving;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _writing.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var connection = await _listener.AcceptAsync(_stop.Token);
                _connection = connection;
                await ServeAsync(connection);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // The connection was broken, on purpose.
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: false);
        using var reader = new StreamReader(stream);
        await SendAsync(Greeting);
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            using var message = JsonDocument.Parse(line);
            var command = message.RootElement.GetProperty("execute").GetString()!;
            Commands.Enqueue(command);
            var answer = Answers.TryGetValue(command, out var make) ? make() : """ "return":{} """;
            await SendAsync($$"""{{{answer}},"id":{{message.RootElement.GetProperty("id").GetRawText()}}}""");
        }
    }

    private async Task SendAsync(string message)
    {
        await _writing.WaitAsync(_stop.Token);
        try
        {
            await _connection!.SendAsync(Encoding.UTF8.GetBytes(message + "\r\n"), _stop.Token);
        }
        finally
        {
            _writing.Release();
        }
    }
}

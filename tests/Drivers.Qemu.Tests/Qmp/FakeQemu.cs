using System.Text;
using System.Text.Json;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

/// <summary>QEMU's end of a connection, which says what a test tells it to.</summary>
internal sealed class FakeQemu : IDisposable
{
    public const string Greeting =
        """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2"}, "capabilities": ["oob"]}}""";

    private readonly StreamReader _commands;

    public FakeQemu(InMemoryStream stream)
    {
        Stream = stream;
        _commands = new StreamReader(stream, leaveOpen: true);
    }

    public InMemoryStream Stream { get; }

    /// <summary>A client and its QEMU, negotiation done.</summary>
    public static async Task<(QmpClient Client, FakeQemu Qemu)> OpenAsync(QmpClientOptions? options = null, int backlog = int.MaxValue)
    {
        var (near, far) = InMemoryStream.CreatePair(backlog);
        FakeQemu qemu = new(far);
        var opening = QmpClient.OpenAsync(near, options, TestContext.Current.CancellationToken);
        await qemu.NegotiateAsync();
        return (await opening.Soon(), qemu);
    }

    public async Task NegotiateAsync()
    {
        await SendAsync(Greeting);
        var negotiation = await ReadAsync();
        Assert.Equal("qmp_capabilities", negotiation.Name);
        await SendAsync(Return(negotiation.Id, "{}"));
    }

    public static string Return(long id, string value) => $$"""{"return": {{value}}, "id": {{id}}}""";

    public static string Error(long id, string description) =>
        $$$"""{"id": {{{id}}}, "error": {"class": "GenericError", "desc": "{{{description}}}"}}""";

    public static string Event(string name, string data) =>
        $$"""{"timestamp": {"seconds": 1700000000, "microseconds": 250000}, "event": "{{name}}", "data": {{data}}}""";

    /// <summary>Sends messages, each with its line end, in one write.</summary>
    public Task SendAsync(params string[] messages) =>
        SendBytesAsync(Encoding.UTF8.GetBytes(string.Concat(messages.Select(message => message + "\r\n"))));

    public Task SendBytesAsync(ReadOnlyMemory<byte> bytes) =>
        Stream.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask();

    /// <summary>The next command, which must be whole and JSON.</summary>
    public async Task<FakeQemuCommand> ReadAsync()
    {
        var line = await _commands.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Soon();
        Assert.NotNull(line);
        var root = JsonElement.Parse(line);
        return new FakeQemuCommand(
            root.GetProperty("id").GetInt64(),
            root.GetProperty("execute").GetString()!,
            root.TryGetProperty("arguments", out var arguments) ? arguments.GetRawText() : null);
    }

    public void Dispose()
    {
        _commands.Dispose();
        Stream.Dispose();
    }
}

using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Systemd;

namespace Orchestrator.Tests.Service.Systemd;

public sealed class NotifySocketTests : IDisposable, IHealth
{
    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly Dictionary<string, string> _environment = [];
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly FakeTimeProvider _time = new();
    private string? _failure;
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public NotifySocketTests()
    {
        var path = Path.Combine(_directory, "notify");
        _manager.Bind(new UnixDomainSocketEndPoint(path));
        _manager.ReceiveTimeout = 10_000;
        _environment["NOTIFY_SOCKET"] = path;
    }

    [Fact]
    public void The_manager_is_told_by_one_datagram_each()
    {
        using var socket = Open();

        socket.Ready();
        socket.Status("2 running");
        socket.Alive();
        socket.Stopping(within: TimeSpan.FromMinutes(2));

        Assert.Equal(["READY=1", "STATUS=2 running", "WATCHDOG=1", "STOPPING=1\nEXTEND_TIMEOUT_USEC=120000000"], [Receive(), Receive(), Receive(), Receive()]);
    }

    [Fact]
    public void A_reload_is_told_with_the_monotonic_time_in_microseconds()
    {
        using var socket = Open();
        _time.Advance(TimeSpan.FromSeconds(5));

        socket.Reloading(_time);

        Assert.Equal($"RELOADING=1\nMONOTONIC_USEC={_time.GetTimestamp() / (_time.TimestampFrequency / 1_000_000)}", Receive());
    }

    [Fact]
    public void An_abstract_address_begins_with_an_at()
    {
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var name = "orchestrator-test-" + Guid.NewGuid().ToString("N");
        manager.Bind(new UnixDomainSocketEndPoint('\0' + name));
        manager.ReceiveTimeout = 10_000;
        _environment["NOTIFY_SOCKET"] = '@' + name;
        using var socket = Open();

        socket.Ready();

        var buffer = new byte[64];
        Assert.Equal("READY=1", Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/nowhere/notify")]
    public void Without_a_manager_nothing_happens(string? path)
    {
        _environment["NOTIFY_SOCKET"] = path ?? "";
        using var socket = Open();

        socket.Ready();

        Assert.Null(socket.Watchdog);
    }

    [Theory]
    [InlineData("60000000", null, 60)]
    [InlineData("60000000", "self", 60)]
    [InlineData("60000000", "1", null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    public void The_watchdogs_interval_is_ours_if_the_pid_is(string microseconds, string? pid, int? seconds)
    {
        _environment["WATCHDOG_USEC"] = microseconds;
        _environment["WATCHDOG_PID"] = pid == "self" ? Environment.ProcessId.ToString(CultureInfo.InvariantCulture) : pid ?? "";
        using var socket = Open();

        Assert.Equal(seconds, socket.Watchdog?.TotalSeconds);
    }

    [Fact]
    public async Task The_watchdog_is_fed_twice_an_interval_and_only_while_the_service_is_well()
    {
        _environment["WATCHDOG_USEC"] = "60000000";
        using var socket = Open();
        using var watchdog = new Watchdog(socket, this, _time);
        var asked = _asked.Task;
        await watchdog.StartAsync(TestContext.Current.CancellationToken);
        await asked;
        Assert.Equal("WATCHDOG=1", Receive());

        _failure = "it hangs";
        await AfterHalfAnIntervalAsync();
        _failure = null;
        await AfterHalfAnIntervalAsync();
        Assert.Equal("WATCHDOG=1", Receive());
        await watchdog.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _manager.Available);
    }

    public void Dispose()
    {
        _manager.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    Task<string?> IHealth.CheckAsync(CancellationToken cancellationToken)
    {
        var asked = _asked;
        _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        asked.SetResult();
        return Task.FromResult(_failure);
    }

    private async Task AfterHalfAnIntervalAsync()
    {
        var asked = _asked.Task;
        _time.Advance(TimeSpan.FromSeconds(30));
        await asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private NotifySocket Open() => NotifySocket.Open(_environment.GetValueOrDefault);

    private string Receive()
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer));
    }
}

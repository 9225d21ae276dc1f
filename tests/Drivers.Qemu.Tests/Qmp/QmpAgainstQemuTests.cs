using System.Diagnostics;
using System.Globalization;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

/// <summary>The client against a real QEMU that has a machine with nothing in it.</summary>
[Trait("Category", "Integration")]
public sealed class QmpAgainstQemuTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("qmp-");
    private Process? _qemu;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(_directory.FullName, "qmp.sock");

    private string TranscriptPath => Path.Combine(_directory.FullName, "qmp.log");

    public async ValueTask InitializeAsync()
    {
        var pidFile = Path.Combine(_directory.FullName, "pid");

        // Once it is a daemon, its socket exists: there is nothing to poll for.
        using var starter = Process.Start(
            "qemu-system-x86_64",
            [
                "-machine", "none", "-display", "none", "-nodefaults", "-no-user-config", "-daemonize", "-pidfile", pidFile,
                "-qmp", $"unix:{SocketPath},server=on,wait=off",
            ]);
        await starter.WaitForExitAsync(Token);
        Assert.Equal(0, starter.ExitCode);
        _qemu = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pidFile, Token), CultureInfo.InvariantCulture));
    }

    public ValueTask DisposeAsync()
    {
        _qemu?.Kill();
        _qemu?.Dispose();
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_real_qemu_greets_answers_refuses_reports_and_goes()
    {
        using var transcript = QmpTranscript.Open(TranscriptPath, TimeProvider.System);
        await using var client = await QmpClient.ConnectAsync(SocketPath, new QmpClientOptions { Transcript = transcript }, Token);
        Assert.True(client.Greeting.Version.Major >= 7, client.Greeting.ToString());

        var status = await client.ExecuteAsync("query-status", cancellationToken: Token);
        Assert.True(status.GetProperty("running").GetBoolean());

        var unknown = await Assert.ThrowsAsync<QmpCommandException>(
            () => client.ExecuteAsync("make-coffee", arguments => arguments.WriteBoolean("milk", true), cancellationToken: Token));
        Assert.Equal(("make-coffee", "CommandNotFound"), (unknown.Command, unknown.ErrorClass));

        var before = DateTimeOffset.UtcNow;
        await client.ExecuteAsync("stop", cancellationToken: Token);
        await client.ExecuteAsync("cont", cancellationToken: Token);
        await client.ExecuteAsync("quit", cancellationToken: Token);

        List<QmpEvent> events = [];
        await foreach (var happened in client.Events.ReadAllAsync(Token))
        {
            events.Add(happened);
        }

        Assert.Equal(["STOP", "RESUME", "SHUTDOWN"], events.Select(happened => happened.Name));
        Assert.Equal("host-qmp-quit", events[^1].Data.GetProperty("reason").GetString());
        Assert.InRange(events[0].Timestamp!.Value, before - TimeSpan.FromMinutes(1), before + TimeSpan.FromMinutes(1));
        Assert.Equal(QmpCloseReason.EndOfStream, (await client.Closed).Reason);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(TranscriptPath));
        var lines = await File.ReadAllLinesAsync(TranscriptPath, Token);
        Assert.Contains(lines, line => line.Contains(" < {\"QMP\"", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(" > {\"execute\":\"make-coffee\",\"arguments\":{\"milk\":true}", StringComparison.Ordinal));
        Assert.EndsWith("# closed: QEMU closed the QMP connection", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_client_waits_for_a_greeting_in_vain_and_a_later_one_is_served()
    {
        await using (await QmpClient.ConnectAsync(SocketPath, cancellationToken: Token))
        {
            var busy = await Assert.ThrowsAsync<QmpTimeoutException>(() => QmpClient.ConnectAsync(
                SocketPath, new QmpClientOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(100) }, Token));
            Assert.Equal(QmpClient.GreetingStep, busy.Command);
        }

        await using var later = await QmpClient.ConnectAsync(SocketPath, cancellationToken: Token);
        Assert.Equal("running", (await later.ExecuteAsync("query-status", cancellationToken: Token)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_no_connection()
    {
        var refused = await Assert.ThrowsAsync<QmpConnectionClosedException>(
            () => QmpClient.ConnectAsync(SocketPath + "2", cancellationToken: Token));

        Assert.Equal(QmpCloseReason.NotConnected, refused.Closure.Reason);
    }

    [Fact]
    public async Task A_killed_qemu_fails_the_calls_that_wait()
    {
        await using var client = await QmpClient.ConnectAsync(SocketPath, cancellationToken: Token);
        _qemu!.Kill();

        Assert.Equal(QmpCloseReason.EndOfStream, (await client.Closed.WaitAsync(Token)).Reason);
        await Assert.ThrowsAsync<QmpConnectionClosedException>(() => client.ExecuteAsync("query-status", cancellationToken: Token));
    }
}

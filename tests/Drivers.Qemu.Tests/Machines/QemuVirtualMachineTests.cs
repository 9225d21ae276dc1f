using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Drivers.Qemu.Qmp;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>A machine whose QEMU is a script, so that QEMU can be made to do what it hardly ever does.</summary>
public sealed class QemuVirtualMachineTests : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("machine-");
    private readonly FakeTimeProvider _clock = new();
    private readonly ScriptedQemu _qemu;
    private readonly FakeProcess _process;

    public QemuVirtualMachineTests()
    {
        _qemu = new ScriptedQemu(Files.QmpSocket);
        _process = new FakeProcess(_qemu.Break);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MachineFiles Files => new(_directory.FullName);

    public async ValueTask DisposeAsync()
    {
        await _qemu.DisposeAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("DEVICE_TRAY_MOVED", """{"device":"","id":"config","tray-open":true}""", typeof(VmEvent.TrayOpened))]
    [InlineData("DEVICE_TRAY_MOVED", """{"device":"","id":"config","tray-open":false}""", typeof(VmEvent.TrayClosed))]
    [InlineData("RESET", """{"guest":true,"reason":"guest-reset"}""", typeof(VmEvent.GuestRebooted))]
    [InlineData("GUEST_PANICKED", """{"action":"poweroff"}""", typeof(VmEvent.GuestPanicked))]
    [InlineData("BLOCK_IO_ERROR", """{"device":"","node-name":"root","nospace":true,"action":"stop","operation":"write"}""", typeof(VmEvent.StorageFull))]
    [InlineData("BLOCK_IO_ERROR", """{"nospace":false,"action":"report","reason":"Disk quota exceeded"}""", typeof(VmEvent.StorageLimitReached))]
    [InlineData("BLOCK_IO_ERROR", """{"nospace":false,"action":"report","reason":"File too large"}""", typeof(VmEvent.StorageLimitReached))]
    public async Task What_qemu_says_is_told_in_the_words_of_the_contract(string name, string data, Type meaning)
    {
        await using var machine = await MakeAsync();
        await using var events = machine.Events.GetAsyncEnumerator(Token);

        await _qemu.EmitAsync(name, data);

        Assert.IsType(meaning, await Workshop.NextAsync(events));
    }

    [Theory]
    [InlineData("DEVICE_TRAY_MOVED", """{"device":"","id":"other","tray-open":true}""")]
    [InlineData("DEVICE_TRAY_MOVED", """{"tray-open":true}""")]
    [InlineData("RESET", """{"guest":false,"reason":"host-qmp-system-reset"}""")]
    [InlineData("BLOCK_IO_ERROR", """{"nospace":false,"action":"report"}""")]
    [InlineData("BLOCK_IO_ERROR", """{"nospace":false,"action":"report","reason":"Input/output error"}""")]
    [InlineData("BLOCK_IO_ERROR", """{"nospace":"yes","action":7}""")]
    [InlineData("SOMETHING_NEW", "{}")]
    public async Task What_concerns_nobody_is_not_told(string name, string data)
    {
        await using var machine = await MakeAsync();
        await _qemu.EmitAsync(name, data);
        await machine.RequestPowerDownAsync(Token);
        _process.Exit(new WaitStatus(0));

        Assert.IsType<VmEvent.Stopped>(Assert.Single(await machine.Events.ToArrayAsync(Token)));
    }

    [Fact]
    public async Task A_panic_and_a_full_disk_are_told_once_each()
    {
        await using var machine = await MakeAsync();
        for (var time = 0; time < 3; time++)
        {
            await _qemu.EmitAsync("GUEST_PANICKED", """{"action":"poweroff"}""");
            await _qemu.EmitAsync("BLOCK_IO_ERROR", """{"nospace":true,"action":"stop"}""");
        }

        await EndAsync("guest-panic");

        Assert.Equal(
            [typeof(VmEvent.GuestPanicked), typeof(VmEvent.StorageFull), typeof(VmEvent.Stopped)],
            (await machine.Events.ToArrayAsync(Token)).Select(what => what.GetType()));
        Assert.Equal(VmExitReason.GuestPanic, (await machine.Completion).Reason);
    }

    [Fact]
    public async Task A_shutdown_after_the_power_button_is_an_answer_to_it_and_the_note_remembers()
    {
        await using var machine = await MakeAsync();
        await machine.RequestPowerDownAsync(Token);
        await EndAsync("guest-shutdown");

        Assert.Equal(VmExitReason.PoweredOff, (await machine.Completion.WaitAsync(Token)).Reason);
        Assert.True(Files.Note.Read()!.PowerDownRequested);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_and_a_tray_found_open_counts_as_opened()
    {
        await using var machine = await MakeAsync(TimeProvider.System);
        await using var events = machine.Events.GetAsyncEnumerator(Token);
        await machine.StartAsync(default, Token);
        _qemu.Answers["query-block"] = () => ScriptedQemu.Drive(trayOpen: true, inserted: false, ioStatus: "nospace");

        _qemu.Break();
        var waiting = machine.RequestPowerDownAsync(Token);

        Assert.IsType<VmEvent.ControlLost>(await Workshop.NextAsync(events));
        Assert.IsType<VmEvent.ControlRestored>(await Workshop.NextAsync(events));
        Assert.IsType<VmEvent.TrayOpened>(await Workshop.NextAsync(events));
        Assert.IsType<VmEvent.StorageFull>(await Workshop.NextAsync(events));
        await waiting.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.Equal("system_powerdown", _qemu.Commands.Last());
        Assert.False(_process.WasKilled);
    }

    [Fact]
    public async Task A_connection_lost_because_qemu_ends_is_no_loss_of_control()
    {
        await using var machine = await MakeAsync(TimeProvider.System);
        _process.Exit(new WaitStatus(11));

        Assert.IsType<VmEvent.Stopped>(Assert.Single(await machine.Events.ToArrayAsync(Token)));
        Assert.Equal(
            new VmExit(VmExitReason.HypervisorCrashed, "QEMU was killed by signal 11 (SIGSEGV)"), await machine.Completion);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_controlled_for_a_minute_is_ended()
    {
        await using var machine = await MakeAsync();
        await _qemu.StopAsync();
        var command = machine.RequestPowerDownAsync(Token);
        while (!machine.Completion.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(1, Token);
        }

        Assert.True(_process.WasKilled);
        var exit = await machine.Completion;
        Assert.Equal(VmExitReason.Killed, exit.Reason);
        Assert.Contains("could not be connected to for 60 s", exit.Detail, StringComparison.Ordinal);
        await command;
    }

    [Fact]
    public async Task A_medium_that_stays_is_ejected_again_and_in_the_end_an_error()
    {
        await using var machine = await MakeAsync(mediumInserted: true);
        _qemu.Answers["query-block"] = () => ScriptedQemu.Drive(trayOpen: false, inserted: true);
        _qemu.Answers["blockdev-del"] = () => """ "error":{"class":"GenericError","desc":"Node config-media is in use"} """;

        var refusal = await Assert.ThrowsAsync<HypervisorException>(() => machine.RemoveConfigMediaAsync(Token));

        Assert.Contains("Node config-media is in use", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(5, _qemu.Commands.Count(command => command == "eject"));
    }

    [Fact]
    public async Task A_medium_that_goes_at_the_second_attempt_is_gone()
    {
        await using var machine = await MakeAsync(mediumInserted: true);
        var looks = 0;
        _qemu.Answers["query-block"] = () => ScriptedQemu.Drive(trayOpen: true, inserted: ++looks < 2);

        await Task.WhenAll(machine.RemoveConfigMediaAsync(Token), machine.RemoveConfigMediaAsync(Token));

        Assert.Equal(2, _qemu.Commands.Count(command => command == "eject"));
    }

    [Theory]
    [InlineData("query-block", """ "return":{} """)]
    [InlineData("query-named-block-nodes", """ "return":[{"node-name":"config-media"}] """)]
    [InlineData("query-named-block-nodes", """ "return":7 """)]
    [InlineData("query-fdsets", """ "return":[{"fdset-id":3,"fds":[]}] """)]
    public async Task Nothing_short_of_gone_counts_as_removed(string query, string answer)
    {
        await using var machine = await MakeAsync(mediumInserted: true);
        _qemu.Answers[query] = () => answer;

        await Assert.ThrowsAsync<HypervisorException>(() => machine.RemoveConfigMediaAsync(Token));
    }

    [Fact]
    public async Task What_the_guest_did_before_the_medium_was_removed_is_told_and_what_we_did_is_not()
    {
        await using var machine = await MakeAsync(mediumInserted: true);
        await using var events = machine.Events.GetAsyncEnumerator(Token);
        await _qemu.EmitAsync("DEVICE_TRAY_MOVED", """{"id":"config","tray-open":true}""");
        Assert.IsType<VmEvent.TrayOpened>(await Workshop.NextAsync(events));
        _qemu.Answers["eject"] = () =>
        {
            _qemu.EmitAsync("DEVICE_TRAY_MOVED", """{"id":"config","tray-open":true}""").GetAwaiter().GetResult();
            return """ "return":{} """;
        };

        await machine.RemoveConfigMediaAsync(Token);
        await _qemu.EmitAsync("DEVICE_TRAY_MOVED", """{"id":"config","tray-open":false}""");

        Assert.IsType<VmEvent.TrayClosed>(await Workshop.NextAsync(events));
    }

    [Fact]
    public async Task A_guest_that_plays_with_its_tray_does_not_fill_our_memory()
    {
        await using var machine = await MakeAsync();
        for (var round = 0; round < 7_000; round++)
        {
            await _qemu.EmitAsync("DEVICE_TRAY_MOVED", """{"id":"config","tray-open":true}""");
            await _qemu.EmitAsync("DEVICE_TRAY_MOVED", """{"id":"config","tray-open":false}""");
        }

        await EndAsync("guest-shutdown");
        await machine.Completion.WaitAsync(Token);

        var events = await machine.Events.ToArrayAsync(Token);
        Assert.InRange(events.Length, 10_000, 10_001);
        Assert.IsType<VmEvent.Stopped>(events[^1]);
    }

    [Fact]
    public async Task Letting_go_ends_the_events_and_touches_neither_process_nor_files()
    {
        var machine = await MakeAsync();
        await machine.DetachAsync();

        Assert.Empty(await machine.Events.ToArrayAsync(Token));
        await machine.DisposeAsync();
        Assert.False(_process.WasKilled);
        Assert.True(Files.Exist());
    }

    [Fact]
    public async Task Commands_under_way_when_the_machine_ends_are_no_errors()
    {
        await using var machine = await MakeAsync(mediumInserted: true);
        _qemu.Answers["eject"] = () =>
        {
            _process.Exit(new WaitStatus(9));
            return """ "return":{} """;
        };

        await machine.RemoveConfigMediaAsync(Token);
        await machine.RequestPowerDownAsync(Token);
    }

    [Fact]
    public async Task A_machine_that_ends_before_it_is_started_says_why()
    {
        await using var machine = await MakeAsync();
        _process.Exit(new WaitStatus(6));

        var refusal = await Assert.ThrowsAsync<HypervisorException>(() => machine.StartAsync(default, Token));

        Assert.Contains("killed by signal 6 (SIGABRT)", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<QemuVirtualMachine> MakeAsync(TimeProvider? time = null, bool mediumInserted = false)
    {
        var note = new ProcessNote { Pid = 1, StartTicks = 1, BootId = "boot", Uuid = Guid.Empty, Owner = "owner", Instance = "vm-1" };
        Files.Note.Replace(note);
        var transcript = QmpTranscript.Open(Files.QmpTranscript, TimeProvider.System);
        var socket = new MonitorSocket(Files, transcript, time ?? _clock);
        return new QemuVirtualMachine(
            new MachineParts
            {
                Id = VmId.Create(TimeProvider.System),
                Files = Files,
                Process = _process,
                Client = await socket.ConnectAsync(Token),
                Connect = socket.ConnectAsync,
                Transcript = transcript,
                Note = note,
                Medium = mediumInserted ? null : new MemoryMedium(),
                Found = mediumInserted ? new BlockState(TrayOpen: false, MediumInserted: true, StorageFull: false) : null,
            },
            time ?? _clock);
    }

    private async Task EndAsync(string reason)
    {
        await _qemu.EmitAsync("SHUTDOWN", $$"""{"guest":true,"reason":"{{reason}}"}""");
        _process.Exit(new WaitStatus(0));
    }
}

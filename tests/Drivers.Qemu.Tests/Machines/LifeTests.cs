using System.Text;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>The life of a machine, from prepared to gone, with a real QEMU.</summary>
[Trait("Category", "Integration")]
public sealed class LifeTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Workshop _workshop = new();

    [Fact]
    public async Task A_guest_that_powers_itself_off_ends_its_machine_and_nothing_is_left()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.PowersOff));
        await using (var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token))
        {
            Assert.NotNull(Workshop.PidOf(spec.Id));
            await machine.StartAsync(default, Workshop.Token);

            var exit = await machine.Completion.WaitAsync(Patience, Workshop.Token);

            Assert.Equal(VmExitReason.GuestShutdown, exit.Reason);
            Assert.Equal(new VmEvent.Stopped(exit), Assert.Single(await machine.Events.ToArrayAsync(Workshop.Token)));
        }

        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task A_prepared_machine_runs_no_guest_code_until_it_is_started()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.PowersOff));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);

        Assert.Equal(VmState.Paused, Assert.Single(await _workshop.Driver.ListAsync(_workshop.Owner, Workshop.Token)).State);
        await Assert.ThrowsAsync<TimeoutException>(() => machine.Completion.WaitAsync(TimeSpan.FromMilliseconds(500), Workshop.Token));
        Assert.Equal(0, new FileInfo(Path.Combine(spec.RunDirectory, RunFiles.ConsoleLog)).Length);
    }

    [Fact]
    public async Task A_machine_is_started_once()
    {
        await using var machine = await PrepareAsync(Guests.Idles);
        await machine.StartAsync(default, Workshop.Token);

        await Assert.ThrowsAsync<InvalidOperationException>(() => machine.StartAsync(default, Workshop.Token));
    }

    [Fact]
    public async Task A_reboot_is_reported_and_the_machine_goes_on()
    {
        await using var machine = await PrepareAsync(Guests.Reboots);
        await using var events = machine.Events.GetAsyncEnumerator(Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        Assert.IsType<VmEvent.GuestRebooted>(await Workshop.NextAsync(events));
        Assert.IsType<VmEvent.GuestRebooted>(await Workshop.NextAsync(events));
    }

    [Fact]
    public async Task A_reboot_ends_a_machine_that_is_to_end_with_it()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Reboots), machine => machine with { OnReboot = RebootAction.Shutdown });
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        var exit = await machine.Completion.WaitAsync(Patience, Workshop.Token);

        Assert.Equal((VmExitReason.GuestShutdown, "the guest rebooted, which ends this instance"), (exit.Reason, exit.Detail));
    }

    [Fact]
    public async Task A_panic_is_reported_and_ends_the_machine()
    {
        await using var machine = await PrepareAsync(Guests.Panics);
        await machine.StartAsync(default, Workshop.Token);

        var events = await machine.Events.ToArrayAsync(Workshop.Token).AsTask().WaitAsync(Patience, Workshop.Token);

        Assert.IsType<VmEvent.GuestPanicked>(events[0]);
        Assert.Equal(VmExitReason.GuestPanic, Assert.IsType<VmEvent.Stopped>(events[1]).Exit.Reason);
    }

    [Fact]
    public async Task Killing_ends_a_machine_at_once_and_again_is_no_error()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        await machine.KillAsync(Workshop.Token);

        Assert.Null(Workshop.PidOf(spec.Id));
        Assert.Equal(VmExitReason.Killed, (await machine.Completion).Reason);
        await machine.KillAsync(Workshop.Token);
        await machine.RequestPowerDownAsync(Workshop.Token);
        await machine.RemoveConfigMediaAsync(Workshop.Token);
    }

    [Theory]
    [InlineData(11, VmExitReason.HypervisorCrashed, "QEMU was killed by signal 11 (SIGSEGV)")]
    [InlineData(9, VmExitReason.Killed, "SIGKILL")]
    [InlineData(15, VmExitReason.Killed, "terminating on signal 15")]
    public async Task A_qemu_that_is_struck_by_a_signal_is_told_apart(int signal, VmExitReason reason, string detail)
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        Workshop.Run("kill", $"-{signal}", $"{Workshop.PidOf(spec.Id)}");
        var exit = await machine.Completion.WaitAsync(Patience, Workshop.Token);

        Assert.Equal(reason, exit.Reason);
        Assert.Contains(detail, exit.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_console_works_both_ways_from_the_first_byte_and_is_logged()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Echoes));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await using var console = await machine.OpenConsoleAsync(Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        var seen = await ReadUntilAsync(console, "!");
        await console.WriteAsync("hello"u8.ToArray(), Workshop.Token);
        seen += await ReadUntilAsync(console, "hello");

        Assert.Contains("SeaBIOS", seen, StringComparison.Ordinal);
        await machine.KillAsync(Workshop.Token);
        seen += await new StreamReader(console).ReadToEndAsync(Workshop.Token);

        // What QEMU is killed in the middle of may be on the one and not yet in the other.
        var logged = await File.ReadAllTextAsync(Path.Combine(spec.RunDirectory, RunFiles.ConsoleLog), Workshop.Token);
        Assert.Contains("SeaBIOS", logged, StringComparison.Ordinal);
        Assert.StartsWith(logged, seen + logged[Math.Min(seen.Length, logged.Length)..], StringComparison.Ordinal);
        await using var late = await machine.OpenConsoleAsync(Workshop.Token);
        Assert.Equal(0, await late.ReadAsync(new byte[1], Workshop.Token));
    }

    [Fact]
    public async Task Another_reader_may_take_the_console_after_the_first_has_gone()
    {
        await using var machine = await PrepareAsync(Guests.Echoes);
        await (await machine.OpenConsoleAsync(Workshop.Token)).DisposeAsync();
        await using var console = await machine.OpenConsoleAsync(Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        await ReadUntilAsync(console, "!");
    }

    [Fact]
    public async Task A_full_disk_of_the_host_is_reported_and_pauses_the_machine_which_can_still_be_served_and_let_go_on()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount the small file system this takes");
        Workshop.Run("mount", "-t", "tmpfs", "-o", "size=2M", "tmpfs", _workshop.Runs);
        try
        {
            var spec = _workshop.Describe(_workshop.MakeImage(Guests.FillsItsDisk));
            await using (var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token))
            {
                await using var events = machine.Events.GetAsyncEnumerator(Workshop.Token);
                await machine.StartAsync(new byte[4096], Workshop.Token);

                Assert.IsType<VmEvent.StorageFull>(await Workshop.NextAsync(events));
                await machine.RemoveConfigMediaAsync(Workshop.Token);
                await machine.RequestPowerDownAsync(Workshop.Token);
                Assert.False(machine.Completion.IsCompleted);
                await machine.ResumeAsync(Workshop.Token);
                Assert.IsType<VmEvent.StorageFull>(await Workshop.NextAsync(events));
            }

            Workshop.AssertNothingLeft(spec);
        }
        finally
        {
            Workshop.Run("umount", _workshop.Runs);
        }
    }

    [Fact]
    public async Task A_full_disk_of_the_host_before_the_start_is_an_error_that_says_so()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount the small file system this takes");
        Workshop.Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", _workshop.Runs);
        try
        {
            var spec = _workshop.Describe(_workshop.MakeImage());

            var refusal = await Assert.ThrowsAsync<HostException>(() => _workshop.Driver.PrepareAsync(spec, Workshop.Token));

            Assert.Equal(HostProblem.StorageFull, refusal.Problem);
            Workshop.AssertNothingLeft(spec);
        }
        finally
        {
            Workshop.Run("umount", _workshop.Runs);
        }
    }

    [Fact]
    public async Task An_aarch64_machine_comes_up_with_its_firmware()
    {
        var spec = _workshop.Describe(
            _workshop.MakeImage(),
            machine => machine with { Architecture = GuestArchitecture.Arm64, Processors = 2, MemoryBytes = 256L << 20 }) with
        {
            Accelerator = AcceleratorPreference.Auto,
        };
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await using var console = await machine.OpenConsoleAsync(Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);

        await ReadUntilAsync(console, "UEFI");
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    private static async Task<string> ReadUntilAsync(Stream stream, string text)
    {
        var seen = new StringBuilder();
        var buffer = new byte[4096];
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var reading = stream.ReadAsync(buffer, Workshop.Token).AsTask();
            Assert.True(await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(60), Workshop.Token)) == reading, $"no more came after: {seen}");
            var read = await reading;
            Assert.True(read > 0, $"the console ended after: {seen}");
            seen.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return seen.ToString();
    }

    private Task<IVirtualMachine> PrepareAsync(byte[] guest) =>
        _workshop.Driver.PrepareAsync(_workshop.Describe(_workshop.MakeImage(guest)), Workshop.Token);
}

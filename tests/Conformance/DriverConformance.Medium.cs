using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <content>The config drive's medium: there until it is removed, and then gone whatever the guest does.</content>
public abstract partial class DriverConformance<TDriver>
{
    private const int RaceReads = 200;

    // From a guest's eject to the last read that can succeed: an event's way to the test, and the removal's way to the drive.
    private static readonly TimeSpan EventLatency = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task A_guest_that_races_for_its_medium_loses_it_for_good()
    {
        var watched = await StartAsync(new TinyPlan { Race = RaceReads, Finish = "reboot" });
        var result = RaceResult().Match(await watched.SaysAsync("race: tries", Token));
        await watched.Removed.WaitAsync(Token);
        await watched.SaysAsync("booted again", Token);
        await watched.EndsAsync(Token);

        Assert.True(result.Success, "the racer's line is not as it was");
        Assert.Equal(RaceReads, int.Parse(result.Groups["failed"].Value, CultureInfo.InvariantCulture));
        Assert.DoesNotContain(watched.Guest.Said, line => line.Contains("cannot be read before", StringComparison.Ordinal));

        // The guest counts from before its first eject, which comes before the event: so this bounds from above when the last read
        // succeeded.
        var lastSuccess = TimeSpan.FromMilliseconds(double.Parse(result.Groups["last"].Value, CultureInfo.InvariantCulture));
        var removal = TimeProvider.System.GetElapsedTime(watched.TrayOpenedAt, watched.RemovedAt);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"removed {removal.TotalMilliseconds:F1} ms after the tray event; "
            + $"the last read that succeeded came {lastSuccess.TotalMilliseconds:F1} ms after the first eject");
        Assert.True(
            lastSuccess <= removal + EventLatency,
            $"a read succeeded {lastSuccess} after the first eject; the removal took {removal}");
        Assert.DoesNotContain(watched.Guest.Said, line => line.StartsWith("medium still there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_guest_that_ejects_nothing_keeps_its_medium_across_a_reboot()
    {
        var watched = await StartAsync(new TinyPlan { Eject = false, Finish = "reboot" });

        await watched.SaysAsync("medium still there", Token);
        var exit = await watched.EndsAsync(Token);

        // One reboot may be several resets: SeaBIOS, entered a second time, resets the machine itself to get a clean start.
        Assert.Equal<VmEvent>([new VmEvent.GuestRebooted(), new VmEvent.Stopped(exit)], watched.Events.Said.Distinct());
        Assert.Equal(VmExitReason.GuestShutdown, exit.Reason);
    }

    /// <summary>For drivers whose guests have a shell: a drive that is reset closes its tray, and tells nobody.</summary>
    private protected async Task RemovesAMediumWhoseTrayAResetHasClosedAsync()
    {
        var watched = await StartAsync(TinyPlan.Stays with { ConsoleShell = true }, removesMedium: false);
        await watched.HappensAsync<VmEvent.TrayOpened>(Token);
        await watched.SaysAsync("hanging", Token);

        // As a kernel does on its way down. What is typed comes back too, so that the answer has to be another text.
        await watched.TypeAsync(
            "cd /sys/bus/virtio/drivers/virtio_scsi; for device in virtio*; do echo $device >unbind; done; echo guest: reset $((6 * 7))\r", Token);
        await watched.SaysAsync("reset 42", Token);
        Assert.DoesNotContain(new VmEvent.TrayClosed(), watched.Events.Said);

        await watched.Machine.RemoveConfigMediaAsync(Token);

        Assert.Equal(VmState.Running, (await FindAsync(watched.Spec))?.State);
        await watched.Machine.KillAsync(Token);
    }

    [Fact]
    public async Task A_medium_removed_before_the_guest_looks_is_not_there()
    {
        var watched = await StartAsync(TinyPlan.Ordinary);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => watched.Machine.RemoveConfigMediaAsync(Token)));
        await watched.Machine.RemoveConfigMediaAsync(Token);

        await watched.SaysAsync("no configuration medium", Token);
        await watched.EndsAsync(Token);

        Assert.DoesNotContain(watched.Guest.Said, line => line.StartsWith("configuration read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Removing_the_medium_of_a_machine_that_was_not_started_succeeds_and_takes_nothing_from_its_start()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.Equal([null, null], life.RemovalsBeforeTheStart);
        Assert.Contains($"configuration read: name={life.Spec.Machine.Name}", life.Said);
    }

    [GeneratedRegex(@"^race: tries=\d+ reads-succeeded=\d+ last-success-ms=(?<last>[\d.]+) failed-in-a-row=(?<failed>\d+)")]
    private static partial Regex RaceResult();
}

using Orchestrator.Drivers.Qemu.Machines;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

public sealed class ExitDiagnosisTests
{
    private static readonly WaitStatus Killed = new(9);

    private static readonly ExitDiagnosis Nothing = new()
    {
        Cause = null,
        Status = null,
        KilledBecause = null,
        PowerDownRequested = false,
        Log = string.Empty,
        Watched = true,
    };

    [Theory]
    [InlineData("guest-shutdown", false, VmExitReason.GuestShutdown)]
    [InlineData("guest-shutdown", true, VmExitReason.PoweredOff)]
    [InlineData("guest-reset", false, VmExitReason.GuestShutdown)]
    [InlineData("guest-panic", false, VmExitReason.GuestPanic)]
    [InlineData("host-qmp-quit", false, VmExitReason.Killed)]
    [InlineData("host-signal", true, VmExitReason.Killed)]
    [InlineData("host-ui", false, VmExitReason.Killed)]
    [InlineData("host-error", false, VmExitReason.HypervisorCrashed)]
    [InlineData("something-new", false, VmExitReason.Killed)]
    public void A_cause_decides(string cause, bool powerDownRequested, VmExitReason reason) => Assert.Equal(
        reason,
        (Nothing with { Cause = cause, PowerDownRequested = powerDownRequested, Status = new WaitStatus(0), KilledBecause = "it was killed" }).Judge().Reason);

    [Fact]
    public void A_kill_of_ours_is_a_kill() => Assert.Equal(
        new VmExit(VmExitReason.Killed, "time was up"), (Nothing with { KilledBecause = "time was up", Status = Killed }).Judge());

    [Fact]
    public void A_crash_just_before_our_kill_is_a_crash() => Assert.Equal(
        VmExitReason.HypervisorCrashed, (Nothing with { KilledBecause = "time was up", Status = new WaitStatus(11) }).Judge().Reason);

    [Fact]
    public void A_crash_is_told_with_signal_and_last_words() => Assert.Equal(
        new VmExit(VmExitReason.HypervisorCrashed, "QEMU was killed by signal 6 (SIGABRT, core dumped); its last words: kvm: error: failed to set MSR 0x10a"),
        (Nothing with
        {
            Status = new WaitStatus(6 | 0x80),
            Log = "qemu-system-x86_64: warning: something\nqemu-system-x86_64: kvm: error: failed to set MSR 0x10a\n",
        }).Judge());

    [Fact]
    public void An_exit_code_is_told() => Assert.Equal(
        new VmExit(VmExitReason.HypervisorCrashed, "QEMU exited with code 1"), (Nothing with { Status = new WaitStatus(0x100) }).Judge());

    [Fact]
    public void A_kill_from_outside_hints_at_the_likely_reason() =>
        Assert.Contains("lack of memory", (Nothing with { Status = Killed }).Judge().Detail, StringComparison.Ordinal);

    [Fact]
    public void An_end_that_nobody_watched_is_unknown_unless_the_log_tells() => Assert.Equal(
        [VmExitReason.Unknown, VmExitReason.HypervisorCrashed],
        [(Nothing with { Watched = false }).Judge().Reason, Nothing.Judge().Reason]);

    [Theory]
    [InlineData("qemu_system_shutdown_request reason=6\n", "guest-shutdown")]
    [InlineData("12345@1700000000.123456:qemu_system_shutdown_request reason=8\n", "guest-panic")]
    [InlineData("noise\nqemu_system_shutdown_request reason=4\nqemu_system_shutdown_request reason=6\n", "host-signal")]
    [InlineData("qemu_system_shutdown_request reason=0\n", null)]
    [InlineData("qemu_system_shutdown_request reason=99\n", null)]
    [InlineData("qemu_system_shutdown_request reason=x\n", null)]
    [InlineData("", null)]
    public void The_log_tells_the_first_cause(string log, string? cause) => Assert.Equal(cause, ShutdownCause.FindIn(log));
}

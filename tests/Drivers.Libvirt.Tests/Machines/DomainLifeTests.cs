using Libvirt;
using Orchestrator.Drivers.Libvirt.Machines;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

public sealed class DomainLifeTests
{
    private static readonly DomainNote Note = new() { Uuid = Guid.NewGuid(), Owner = "owner", Instance = "vm-1" };

    [Theory]
    [InlineData(DomainLifecycleDetail.ShutdownGuest, DomainLifecycleDetail.StoppedShutdown, VmExitReason.GuestShutdown)]
    [InlineData(DomainLifecycleDetail.ShutdownFinished, DomainLifecycleDetail.StoppedShutdown, VmExitReason.GuestShutdown)]
    [InlineData(DomainLifecycleDetail.ShutdownHost, DomainLifecycleDetail.StoppedShutdown, VmExitReason.Killed)]
    [InlineData(DomainLifecycleDetail.ShutdownHost, DomainLifecycleDetail.StoppedDestroyed, VmExitReason.Killed)]
    [InlineData(null, DomainLifecycleDetail.StoppedDestroyed, VmExitReason.Killed)]
    [InlineData(null, DomainLifecycleDetail.StoppedSaved, VmExitReason.Killed)]
    [InlineData(null, DomainLifecycleDetail.StoppedMigrated, VmExitReason.Killed)]
    [InlineData(null, DomainLifecycleDetail.StoppedFailed, VmExitReason.HypervisorCrashed)]
    [InlineData(null, DomainLifecycleDetail.StoppedCrashed, VmExitReason.HypervisorCrashed)]
    [InlineData(null, (DomainLifecycleDetail)0x5FF, VmExitReason.Unknown)]
    public void What_libvirt_says_of_an_end_is_what_it_was(DomainLifecycleDetail? shutdown, DomainLifecycleDetail stopped, VmExitReason reason)
    {
        var life = new DomainLife();
        if (shutdown is { } detail)
        {
            life.ShutDown(detail);
        }

        var exit = life.Judge(stopped, Note, killedBecause: null);

        Assert.Equal(reason, exit.Reason);
        Assert.NotEmpty(exit.Detail);
    }

    [Fact]
    public void A_shutdown_after_our_power_button_is_an_answer_to_it()
    {
        var life = new DomainLife();
        life.ShutDown(DomainLifecycleDetail.ShutdownGuest);

        Assert.Equal(VmExitReason.PoweredOff, life.Judge(DomainLifecycleDetail.StoppedShutdown, Note with { PowerDownRequested = true }, null).Reason);
    }

    [Fact]
    public void A_panic_is_told_once_until_the_guest_reboots_and_is_how_a_crash_came_about()
    {
        var life = new DomainLife();

        Assert.True(life.Panic());
        Assert.False(life.Panic());
        life.Reboot();
        Assert.True(life.Panic());

        Assert.Equal(VmExitReason.GuestPanic, life.Judge(DomainLifecycleDetail.StoppedCrashed, Note, null).Reason);
    }

    [Theory]
    [InlineData(DomainLifecycleDetail.StoppedDestroyed)]
    [InlineData(DomainLifecycleDetail.StoppedFailed)]
    public void What_we_ended_was_killed_for_our_reason(DomainLifecycleDetail stopped) =>
        Assert.Equal(new VmExit(VmExitReason.Killed, "because"), new DomainLife().Judge(stopped, Note, "because"));
}

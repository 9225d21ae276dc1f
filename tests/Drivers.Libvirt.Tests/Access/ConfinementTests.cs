using Orchestrator.Drivers.Libvirt.Access;

namespace Orchestrator.Drivers.Libvirt.Tests.Access;

public sealed class ConfinementTests
{
    private const string Dac = "<secmodel><model>dac</model><doi>0</doi><baselabel type='qemu'>+64055:+106</baselabel></secmodel>";

    [Theory]
    [InlineData("<secmodel><model>apparmor</model><doi>0</doi></secmodel>" + Dac, "AppArmor")]
    [InlineData("<secmodel><model>selinux</model><doi>0</doi><baselabel type='kvm'>system_u:system_r:svirt_t:s0</baselabel></secmodel>" + Dac, "SELinux")]
    public void A_model_that_confines_machines_is_named(string models, string name)
    {
        var check = Confinement.Judge(Capabilities(models), "/state/runs/*/wire.sock rw,", "/state/runs/*/wire.sock");

        Assert.Equal(HostCheckOutcome.Passed, check.Outcome);
        Assert.Contains(name, check.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Dac)]
    [InlineData("<secmodel><model>none</model><doi>0</doi></secmodel>" + Dac)]
    [InlineData("")]
    public void Where_none_does_it_is_told_what_that_means(string models)
    {
        var check = Confinement.Judge(Capabilities(models), null, "/state/runs/*/wire.sock");

        Assert.Equal(HostCheckOutcome.Warning, check.Outcome);
        Assert.Contains("has the others too", check.Finding, StringComparison.Ordinal);
        Assert.NotNull(check.Remedy);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/mnt/images/** r,\n")]
    public void AppArmor_that_was_not_told_of_the_wire_to_a_network_is_warned_of_with_what_to_tell_it(string? additions)
    {
        var check = Confinement.Judge(Capabilities("<secmodel><model>apparmor</model><doi>0</doi></secmodel>" + Dac), additions, "/state/runs/*/wire.sock");

        Assert.Equal(HostCheckOutcome.Warning, check.Outcome);
        Assert.Contains("'/state/runs/*/wire.sock rw,'", check.Remedy, StringComparison.Ordinal);
    }

    private static string Capabilities(string models) => $"<capabilities><host>{models}</host></capabilities>";
}

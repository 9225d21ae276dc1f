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
        var check = Confinement.Judge(Capabilities(models));

        Assert.Equal(HostCheckOutcome.Passed, check.Outcome);
        Assert.Contains(name, check.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Dac)]
    [InlineData("<secmodel><model>none</model><doi>0</doi></secmodel>" + Dac)]
    [InlineData("")]
    public void Where_none_does_it_is_told_what_that_means(string models)
    {
        var check = Confinement.Judge(Capabilities(models));

        Assert.Equal(HostCheckOutcome.Warning, check.Outcome);
        Assert.Contains("has the others too", check.Finding, StringComparison.Ordinal);
        Assert.NotNull(check.Remedy);
    }

    private static string Capabilities(string models) => $"<capabilities><host>{models}</host></capabilities>";
}

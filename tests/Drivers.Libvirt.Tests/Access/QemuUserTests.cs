using Orchestrator.Drivers.Libvirt.Access;

namespace Orchestrator.Drivers.Libvirt.Tests.Access;

public sealed class QemuUserTests
{
    [Fact]
    public void The_capabilities_say_whom_QEMU_runs_as()
    {
        var user = QemuUser.Of(Capabilities("<secmodel><model>apparmor</model><doi>0</doi></secmodel>"
            + "<secmodel><model>dac</model><doi>0</doi><baselabel type='kvm'>+64055:+106</baselabel><baselabel type='qemu'>+64055:+106</baselabel></secmodel>"));

        Assert.Equal(64055u, user?.Id);
        Assert.Contains(106u, user!.Groups);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<secmodel><model>apparmor</model><doi>0</doi></secmodel>")]
    [InlineData("<secmodel><model>dac</model><doi>0</doi></secmodel>")]
    [InlineData("<secmodel><model>dac</model><baselabel type='qemu'>nonsense</baselabel></secmodel>")]
    [InlineData("<secmodel>")]
    public void Capabilities_that_say_nothing_name_nobody(string models) => Assert.Null(QemuUser.Of(Capabilities(models)));

    private static string Capabilities(string models) => $"<capabilities><host>{models}</host></capabilities>";
}

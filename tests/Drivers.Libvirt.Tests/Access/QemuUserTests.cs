using System.Globalization;
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

    [Fact]
    public void A_user_has_its_own_group_beside_the_one_that_the_capabilities_name()
    {
        // Debian's libvirt-qemu is in the group kvm this way. Any account with a group will do.
        const uint named = 3_000_000_056;
        var account = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).First(fields => fields[3] != "0");

        var user = QemuUser.Of(Capabilities(
            $"<secmodel><model>dac</model><doi>0</doi><baselabel type='qemu'>+{account[2]}:+{named}</baselabel></secmodel>"));

        Assert.Equal(account[0], user?.Name);
        Assert.Superset(new HashSet<uint> { named, uint.Parse(account[3], CultureInfo.InvariantCulture) }, new HashSet<uint>(user!.Groups));
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

using System.Xml;
using System.Xml.Linq;

namespace Orchestrator.Drivers.Libvirt.Access;

/// <summary>What keeps libvirt's machines, all of one user, apart from each other and from the host: sVirt's labels of SELinux or AppArmor, or nothing.</summary>
internal static class Confinement
{
    private const string Subject = "confinement";

    /// <summary>Reads a daemon's capabilities (<c>secmodel</c>): beside <c>dac</c>, which is file permissions alone, the model that it labels machines by.</summary>
    public static HostCheck Judge(string capabilities)
    {
        try
        {
            return XDocument.Parse(capabilities).Descendants("secmodel").Select(element => (string?)element.Element("model"))
                .FirstOrDefault(model => model is "selinux" or "apparmor") is { } confining
                ? new HostCheck(Subject, HostCheckOutcome.Passed, $"libvirt gives each machine a label of {(confining == "selinux" ? "SELinux" : "AppArmor")}'s")
                : new HostCheck(
                    Subject,
                    HostCheckOutcome.Warning,
                    "libvirt confines machines by neither SELinux nor AppArmor: a guest that breaks out of QEMU has the others too, and all that QEMU's user has",
                    "enable one of them and libvirt's security_driver (/etc/libvirt/qemu.conf), or use the driver qemu as root, where each machine has a user of its own");
        }
        catch (XmlException exception)
        {
            return new HostCheck(Subject, HostCheckOutcome.Warning, $"the daemon's capabilities cannot be read: {exception.Message}");
        }
    }
}

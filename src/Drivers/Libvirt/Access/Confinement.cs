using System.Xml;
using System.Xml.Linq;

namespace Orchestrator.Drivers.Libvirt.Access;

/// <summary>What keeps libvirt's machines, all of one user, apart from each other and from the host: sVirt's labels of SELinux or AppArmor, or nothing.</summary>
internal static class Confinement
{
    /// <summary>Where an administrator adds to what AppArmor lets all of libvirt's machines do.</summary>
    public const string Additions = "/etc/apparmor.d/local/abstractions/libvirt-qemu";

    private const string Subject = "confinement";

    /// <summary>
    /// Reads a daemon's capabilities (<c>secmodel</c>): beside <c>dac</c>, which is file permissions alone, the model that it labels machines by. What AppArmor lets a
    /// machine have, libvirt takes from the domain XML, which knows nothing of the wire to a network of ours.
    /// </summary>
    /// <param name="capabilities">The capabilities, XML.</param>
    /// <param name="additions">What <see cref="Additions"/> says; null where that cannot be read.</param>
    /// <param name="wires">The sockets by which machines reach their networks, as AppArmor writes it.</param>
    public static HostCheck Judge(string capabilities, string? additions, string wires)
    {
        try
        {
            var model = XDocument.Parse(capabilities).Descendants("secmodel").Select(element => (string?)element.Element("model"))
                .FirstOrDefault(model => model is "selinux" or "apparmor");
            return model switch
            {
                "apparmor" when additions?.Contains(Path.GetFileName(wires), StringComparison.Ordinal) is not true => new HostCheck(
                    Subject,
                    HostCheckOutcome.Warning,
                    "libvirt gives each machine a label of AppArmor's, and nothing that can be read here lets machines of that label reach their network (internet)",
                    $"add the line '{wires} rw,' to {Additions}, or use another network (--network restricted)"),
                null => new HostCheck(
                    Subject,
                    HostCheckOutcome.Warning,
                    "libvirt confines machines by neither SELinux nor AppArmor: a guest that breaks out of QEMU has the others too, and all that QEMU's user has",
                    "enable one of them and libvirt's security_driver (/etc/libvirt/qemu.conf), or use the driver qemu as root, where each machine has a user of its own"),
                _ => new HostCheck(Subject, HostCheckOutcome.Passed, $"libvirt gives each machine a label of {(model == "selinux" ? "SELinux" : "AppArmor")}'s"),
            };
        }
        catch (XmlException exception)
        {
            return new HostCheck(Subject, HostCheckOutcome.Warning, $"the daemon's capabilities cannot be read: {exception.Message}");
        }
    }
}

using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Orchestrator.Drivers.Libvirt.Access;

/// <summary>Whom libvirt runs QEMU as.</summary>
/// <param name="Id">The user's number.</param>
/// <param name="Groups">The numbers of the groups QEMU is in: the one that libvirt names, the user's own, and those that have it as a member (<c>virGetGroupList</c>).</param>
internal sealed record QemuUser(uint Id, IReadOnlySet<uint> Groups)
{
    /// <summary>The user's name, or its number where it has none.</summary>
    public string Name => AccountOf(Id)?[0] ?? Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The user that a daemon's capabilities name (<c>secmodel</c> <c>dac</c>, <c>baselabel</c> <c>+UID:+GID</c>).
    /// </summary>
    /// <returns>Null where they name none: then QEMU runs as whoever runs the daemon.</returns>
    public static QemuUser? Of(string capabilities)
    {
        try
        {
            var label = XDocument.Parse(capabilities).Descendants("secmodel")
                .Where(model => (string?)model.Element("model") == "dac")
                .SelectMany(model => model.Elements("baselabel"))
                .Select(element => element.Value.Split(':'))
                .FirstOrDefault(parts => parts.Length == 2);
            return label is not null && TryParse(label[0], out var user) && TryParse(label[1], out var group)
                ? new QemuUser(user, GroupsOf(user, group))
                : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>A group's name, or its number where it has none.</summary>
    public static string NameOfGroup(uint id) =>
        Lines("/etc/group").FirstOrDefault(fields => fields.Length > 2 && TryParse(fields[2], out var found) && found == id)?[0]
        ?? id.ToString(CultureInfo.InvariantCulture);

    private static bool TryParse(string text, out uint id) =>
        uint.TryParse(text.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out id);

    // passwd(5): name, password, number, and the number of its own group.
    private static string[]? AccountOf(uint id) =>
        Lines("/etc/passwd").FirstOrDefault(fields => fields.Length > 3 && TryParse(fields[2], out var found) && found == id);

    private static HashSet<uint> GroupsOf(uint user, uint group)
    {
        var groups = new HashSet<uint> { group };
        if (AccountOf(user) is { } account)
        {
            if (TryParse(account[3], out var own))
            {
                groups.Add(own);
            }

            foreach (var fields in Lines("/etc/group"))
            {
                if (fields.Length > 3 && fields[3].Split(',').Contains(account[0]) && TryParse(fields[2], out var further))
                {
                    groups.Add(further);
                }
            }
        }

        return groups;
    }

    private static IEnumerable<string[]> Lines(string file) => File.Exists(file) ? File.ReadLines(file).Select(line => line.Split(':')) : [];
}

using System.Reflection;
using Libvirt;
using Orchestrator.Composition;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Libvirt;
using Orchestrator.Drivers.Qemu;
using Orchestrator.Linux;

namespace Orchestrator.Tests.Architecture;

/// <summary>A folder is a concern that knows only folders below it: inside an assembly, the namespaces' uses of each other form no cycle.</summary>
public sealed class RoomTests
{
    /// <summary>A type of each assembly that has rooms, the namespace that they are in, and a use that has to be seen: where none is seen, none can be wrong.</summary>
    public static TheoryData<Type, string, string, string> Assemblies => new()
    {
        { typeof(CompositionRoot), "Orchestrator", "Cli", "Composition" },
        { typeof(BaseImage), "Orchestrator.Drivers.Host", "Network", "Processes" },
        { typeof(QemuDriver), "Orchestrator.Drivers.Qemu", "Machines", "Qmp" },
        { typeof(LibvirtDriver), "Orchestrator.Drivers.Libvirt", "Machines", "Connections" },
        { typeof(Libc), "Orchestrator.Linux", "", "" },
        { typeof(LibvirtConnection), "Libvirt", "Events", "Interop" },
    };

    [Theory]
    [MemberData(nameof(Assemblies), DisableDiscoveryEnumeration = true)]
    public void Namespaces_form_no_cycle(Type type, string root, string user, string used)
    {
        var uses = UsesOf(type.Assembly, root);

        Assert.NotEmpty(uses);
        Assert.True(user.Length == 0 || uses[user].Contains(used));
        Assert.Empty(Cycle(uses));
    }

    [Fact]
    public void A_cycle_is_found_where_there_is_one()
    {
        var uses = new Dictionary<string, HashSet<string>>
        {
            ["Top"] = ["Left", "Bottom"],
            ["Left"] = ["Right"],
            ["Right"] = ["Bottom", "Left"],
            ["Bottom"] = [],
        };

        Assert.Equal(["Left", "Right"], Cycle(uses).Order());
    }

    // What is left when whatever uses nothing, or is used by nobody, has been taken away again and again.
    private static List<string> Cycle(Dictionary<string, HashSet<string>> uses)
    {
        var left = uses.Keys.ToHashSet();
        int before;
        do
        {
            before = left.Count;
            left.RemoveWhere(room => !uses[room].Any(left.Contains));
            left.RemoveWhere(room => !left.Any(other => uses[other].Contains(room)));
        }
        while (left.Count < before);

        return [.. left.Order()];
    }

    // The assembly's own root namespace, in which everything comes together, is no room; nor is a namespace apart from those inside it.
    private static Dictionary<string, HashSet<string>> UsesOf(Assembly assembly, string root)
    {
        var types = assembly.GetTypes().Where(type => type.Namespace is not null).ToList();
        var uses = types.Select(RoomOf).OfType<string>().Distinct().ToDictionary(room => room, _ => new HashSet<string>());
        foreach (var type in types)
        {
            if (RoomOf(type) is { } room)
            {
                uses[room].UnionWith(TypeUses.Of(type).Where(used => used.Assembly == assembly).Select(RoomOf).OfType<string>().Where(used => used != room));
            }
        }

        return uses;

        string? RoomOf(Type type) => type.Namespace is { } space && space.StartsWith(root + '.', StringComparison.Ordinal)
            ? space[(root.Length + 1)..].Split('.')[0]
            : null;
    }
}

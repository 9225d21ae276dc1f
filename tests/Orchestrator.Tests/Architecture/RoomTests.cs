using System.Reflection;
using Iso9660;
using Libvirt;
using Orchestrator.Composition;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Libvirt;
using Orchestrator.Drivers.Qemu;
using Orchestrator.Linux;

namespace Orchestrator.Tests.Architecture;

/// <summary>A folder is a concern that knows only folders below it: inside an assembly, the namespaces' uses of each other form no cycle.</summary>
public sealed class RoomTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<string, Assembly> Assemblies => new(
        from type in (Type[])
        [
            typeof(CompositionRoot), typeof(IHypervisorDriver), typeof(BaseImage), typeof(QemuDriver), typeof(LibvirtDriver), typeof(Libc),
            typeof(IsoImage), typeof(LibvirtConnection),
        ]
        select (type.Assembly.GetName().Name!, type.Assembly));

    [Theory]
    [MemberData(nameof(Assemblies), DisableDiscoveryEnumeration = true)]
    public void Namespaces_form_no_cycle(string name, Assembly assembly)
    {
        var uses = UsesOf(assembly);

        Assert.NotNull(name);
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
    private static Dictionary<string, HashSet<string>> UsesOf(Assembly assembly)
    {
        var types = assembly.GetTypes().Where(type => type.Namespace is not null).ToList();
        var root = types.Select(type => type.Namespace!).MinBy(space => space.Length)!;
        var uses = types.Select(RoomOf).OfType<string>().Distinct().ToDictionary(room => room, _ => new HashSet<string>());
        foreach (var type in types)
        {
            if (RoomOf(type) is { } room)
            {
                uses[room].UnionWith(Mentioned(type).Where(used => used.Assembly == assembly).Select(RoomOf).OfType<string>().Where(used => used != room));
            }
        }

        return uses;

        string? RoomOf(Type type) => type.Namespace is { } space && space.StartsWith(root + '.', StringComparison.Ordinal)
            ? space[(root.Length + 1)..].Split('.')[0]
            : null;
    }

    private static IEnumerable<Type> Mentioned(Type type)
    {
        var methods = type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).ToList();
        return type.GetInterfaces().Append(type.BaseType)
            .Concat(type.GetFields(All).Select(field => field.FieldType))
            .Concat(methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType))
            .Concat(methods.OfType<MethodInfo>().Select(method => method.ReturnType))
            .Concat(methods.SelectMany(method => method.GetMethodBody()?.LocalVariables ?? []).Select(local => local.LocalType))
            .Concat(methods.SelectMany(Called))
            .OfType<Type>()
            .SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type) =>
        (type.HasElementType ? Parts(type.GetElementType()!) : [type]).Concat(type.GetGenericArguments().SelectMany(Parts));

    // The types whose members a method's code names: the operands of call, newobj, ldfld and their kin (ECMA-335, III.2), wherever four bytes are such a
    // token. Bytes that are one by accident can only name what the module names somewhere.
    private static IEnumerable<Type> Called(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at + 5 <= code.Length; at++)
        {
            if (code[at] is 0x28 or 0x6F or 0x73 or 0x7B or 0x7D or 0x7E or 0x80 && Resolve(method, BitConverter.ToInt32(code, at + 1)) is { } type)
            {
                yield return type;
            }
        }
    }

    private static Type? Resolve(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveMember(
                token, method.DeclaringType!.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null)?.DeclaringType;
        }
        catch (Exception error) when (error is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }
}

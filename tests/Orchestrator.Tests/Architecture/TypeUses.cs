using System.Reflection;

namespace Orchestrator.Tests.Architecture;

/// <summary>Which types a type mentions, in its declarations and in its code.</summary>
internal static class TypeUses
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // Of ECMA-335, III: call, callvirt, newobj, castclass, isinst, ldfld, ldflda, stfld, ldsfld, ldsflda, stsfld, newarr, ldtoken. And after 0xFE, ldftn, ldvirtftn and initobj.
    private static readonly byte[] Naming = [0x28, 0x6F, 0x73, 0x74, 0x75, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F, 0x80, 0x8D, 0xD0];
    private static readonly byte[] NamingAfterPrefix = [0x06, 0x07, 0x15];

    /// <summary>All of them, what they are made of too.</summary>
    public static IEnumerable<Type> Of(Type type)
    {
        var methods = type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).ToList();
        return type.GetInterfaces().Append(type.BaseType)
            .Concat(type.GetFields(All).Select(field => field.FieldType))
            .Concat(methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType))
            .Concat(methods.OfType<MethodInfo>().Select(method => method.ReturnType))
            .Concat(methods.SelectMany(method => method.GetMethodBody()?.LocalVariables ?? []).Select(local => local.LocalType))
            .Concat(methods.SelectMany(NamedInCode))
            .OfType<Type>()
            .SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type) =>
        (type.HasElementType ? Parts(type.GetElementType()!) : [type]).Concat(type.GetGenericArguments().SelectMany(Parts));

    // The operands of the instructions that name a member or a type, wherever four bytes are such a token. Bytes that are one by accident can only name what the module
    // names somewhere.
    private static IEnumerable<Type?> NamedInCode(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at + 5 <= code.Length; at++)
        {
            if ((Naming.Contains(code[at]) || (at > 0 && code[at - 1] == 0xFE && NamingAfterPrefix.Contains(code[at])))
                && Resolve(method, BitConverter.ToInt32(code, at + 1)) is { } named)
            {
                yield return named as Type ?? named.DeclaringType;
                foreach (var argument in (named as MethodInfo)?.GetGenericArguments() ?? [])
                {
                    yield return argument;
                }
            }
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveMember(
                token, method.DeclaringType!.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception error) when (error is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }
}

namespace Orchestrator.Configuration;

/// <summary>A host setting: its name and how it is read.</summary>
internal sealed class SettingKey
{
    private const string EnvironmentPrefix = "ORCHESTRATOR_";

    private readonly Func<SourceValue, SettingsDraft, string?> _read;

    private SettingKey(string name, Func<SourceValue, SettingsDraft, string?> read)
    {
        Name = name;
        _read = read;
        Variable = EnvironmentPrefix
            + name.Replace(".", "__", StringComparison.Ordinal).Replace('-', '_').ToUpperInvariant();
    }

    /// <summary>The prefix of our environment variables.</summary>
    public static string VariablePrefix => EnvironmentPrefix;

    /// <summary>The name, sections before it: <c>libvirt.uri</c>.</summary>
    public string Name { get; }

    /// <summary>The environment variable: <c>ORCHESTRATOR_LIBVIRT__URI</c>.</summary>
    public string Variable { get; }

    /// <summary>A setting.</summary>
    public static SettingKey Create<T>(string name, ValueKind<T> kind, Action<SettingsDraft, T> set)
    {
        return new SettingKey(name, Read);

        string? Read(SourceValue value, SettingsDraft draft)
        {
            var read = kind.Read(value, out var problem);
            if (problem is null)
            {
                set(draft, read!);
            }

            return problem;
        }
    }

    /// <summary>Reads the value into the draft.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Read(SourceValue value, SettingsDraft draft) => _read(value, draft);
}

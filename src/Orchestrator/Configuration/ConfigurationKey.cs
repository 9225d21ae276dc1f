using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>A key of a configuration file: its name, what it means, how it is read and how a schema describes it.</summary>
/// <typeparam name="TDraft">What it is read into.</typeparam>
internal sealed class ConfigurationKey<TDraft>
{
    private readonly Func<SourceValue, TDraft, string?> _read;
    private readonly Action<Utf8JsonWriter> _writeSchema;

    private ConfigurationKey(string name, string description, string expectation, Func<SourceValue, TDraft, string?> read, Action<Utf8JsonWriter> writeSchema)
    {
        Name = name;
        Description = description;
        Expectation = expectation;
        _read = read;
        _writeSchema = writeSchema;
    }

    /// <summary>The key as it is written, sections before it: <c>libvirt.uri</c>.</summary>
    public string Name { get; }

    /// <summary>The sections before it; empty where there are none.</summary>
    public string Section => Name[..Math.Max(0, Name.LastIndexOf('.'))];

    /// <summary>The key without them.</summary>
    public string OwnName => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>What it means, for editors, messages and documents: a sentence without its full stop.</summary>
    public string Description { get; }

    /// <summary>What its value must be.</summary>
    public string Expectation { get; }

    /// <summary>Leaving it out is an error, where its section is there.</summary>
    public bool IsRequired { get; private init; }

    /// <summary>What holds where it is left out, as it would be written, for documents; null: see <see cref="Description"/>.</summary>
    public string? Default { get; private init; }

    /// <summary>
    /// It names programs, credentials, where these are sent or what to obey, and so is taken only from the system, the environment, options and a file that
    /// one of them names; what git calls protected configuration.
    /// </summary>
    public bool IsProtected { get; private init; }

    /// <summary>A key that must be there.</summary>
    public static ConfigurationKey<TDraft> Required<T>(string name, ValueKind<T> kind, Action<TDraft, T> set, string description) =>
        new(name, description, kind.Expectation, Reader(kind, set), kind.WriteSchema) { IsRequired = true };

    /// <summary>A key that may be there.</summary>
    public static ConfigurationKey<TDraft> Optional<T>(
        string name, ValueKind<T> kind, Action<TDraft, T> set, string description, string? @default = null, bool isProtected = false) =>
        new(name, description, kind.Expectation, Reader(kind, set), kind.WriteSchema) { Default = @default, IsProtected = isProtected };

    /// <summary>Reads the value into the draft.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Read(SourceValue value, TDraft draft) => _read(value, draft);

    /// <summary>Writes the keywords of the key's schema into the object that is open.</summary>
    public void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("description", Description + '.');
        _writeSchema(writer);
    }

    private static Func<SourceValue, TDraft, string?> Reader<T>(ValueKind<T> kind, Action<TDraft, T> set) => (value, draft) =>
    {
        var read = kind.Read(value, out var problem);
        if (problem is null)
        {
            set(draft, read!);
        }

        return problem;
    };
}

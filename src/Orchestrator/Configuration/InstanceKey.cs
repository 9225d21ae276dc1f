using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>A key of an instance: its name, what it means, how it is read and how a schema describes it.</summary>
internal sealed class InstanceKey
{
    private readonly Func<SourceValue, InstanceDraft, string?> _read;
    private readonly Action<Utf8JsonWriter> _writeSchema;

    private InstanceKey(
        string name,
        string description,
        bool isRequired,
        Func<SourceValue, InstanceDraft, string?> read,
        Action<Utf8JsonWriter> writeSchema)
    {
        Name = name;
        Description = description;
        IsRequired = isRequired;
        _read = read;
        _writeSchema = writeSchema;
    }

    /// <summary>The key as it is written.</summary>
    public string Name { get; }

    /// <summary>What it means, for editors and messages: a sentence without its full stop.</summary>
    public string Description { get; }

    /// <summary>An instance without it is an error.</summary>
    public bool IsRequired { get; }

    /// <summary>A key that every instance has.</summary>
    public static InstanceKey Required<T>(string name, ValueKind<T> kind, Action<InstanceDraft, T> set, string description) =>
        Create(name, kind, set, description, isRequired: true);

    /// <summary>A key that an instance may have.</summary>
    public static InstanceKey Optional<T>(string name, ValueKind<T> kind, Action<InstanceDraft, T> set, string description) =>
        Create(name, kind, set, description, isRequired: false);

    /// <summary>Reads the value into the draft.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Read(SourceValue value, InstanceDraft draft) => _read(value, draft);

    /// <summary>Writes the key's property into the schema's <c>properties</c>.</summary>
    public void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartObject(Name);
        writer.WriteString("description", Description + '.');
        _writeSchema(writer);
        writer.WriteEndObject();
    }

    private static InstanceKey Create<T>(
        string name,
        ValueKind<T> kind,
        Action<InstanceDraft, T> set,
        string description,
        bool isRequired)
    {
        return new InstanceKey(name, description, isRequired, Read, kind.WriteSchema);

        string? Read(SourceValue value, InstanceDraft draft)
        {
            var read = kind.Read(value, out var problem);
            if (problem is null)
            {
                set(draft, read!);
            }

            return problem;
        }
    }
}

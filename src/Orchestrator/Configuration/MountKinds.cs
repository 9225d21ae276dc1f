using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>An array of objects with keys of their own, which are read after it.</summary>
/// <param name="expectation">As <see cref="ValueKind{T}.Expectation"/>.</param>
/// <param name="most">How many there may be.</param>
internal sealed class ObjectListKind(string expectation, int most) : ValueKind<SourceValue>
{
    public override string Expectation => expectation;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "array");
        writer.WriteNumber("maxItems", most);
    }

    public override SourceValue? Read(SourceValue value, out string? problem)
    {
        problem = value.Kind != JsonValueKind.Array ? Mismatch(value)
            : value.Items.Count > most ? $"must be {expectation}, {most} at most, not {value.Items.Count}"
            : null;
        return value;
    }
}

/// <summary>What a guest mounts a directory by.</summary>
internal sealed class MountTagKind : ValueKind<string>
{
    private const int Longest = 31;

    public override string Expectation => $"1 to {Longest} ASCII letters, digits, '.', '_' or '-', the first a letter or a digit";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", $"^[A-Za-z0-9][A-Za-z0-9._-]{{0,{Longest - 1}}}$");
    }

    public override string? Read(SourceValue value, out string? problem)
    {
        var fits = value.Kind == JsonValueKind.String && value.Text.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(value.Text[0])
            && value.Text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');
        problem = fits ? null : Mismatch(value);
        return value.Text;
    }
}

/// <summary>Truth, since the contrary is not offered.</summary>
/// <param name="why">Why not.</param>
internal sealed class TrueKind(string why) : ValueKind<bool>
{
    public override string Expectation => "true";

    public override void WriteSchema(Utf8JsonWriter writer) => writer.WriteBoolean("const", true);

    public override bool Read(SourceValue value, out string? problem)
    {
        problem = value.Kind == JsonValueKind.True ? null : $"{Mismatch(value)}: {why}";
        return true;
    }
}

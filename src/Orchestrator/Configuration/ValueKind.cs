using System.Globalization;
using System.Net;
using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>
/// A kind of value that a key takes: how it is read and how a JSON Schema describes it, in one place, so that the two agree.
/// </summary>
/// <typeparam name="T">What it is read as.</typeparam>
internal abstract class ValueKind<T>
{
    /// <summary>Completes "must be …".</summary>
    public abstract string Expectation { get; }

    /// <summary>Writes the keywords of the value's schema into the object that is open.</summary>
    public abstract void WriteSchema(Utf8JsonWriter writer);

    /// <summary>Reads the value.</summary>
    /// <param name="value">What was written.</param>
    /// <param name="problem">Why it will not do; null when it does.</param>
    public abstract T? Read(SourceValue value, out string? problem);

    /// <summary>The usual problem: <c>must be a whole number from 1 to 512, not "four"</c>.</summary>
    protected string Mismatch(SourceValue value) => $"must be {Expectation}, not {value.Shown}";
}

/// <summary>Any JSON object.</summary>
internal sealed class ObjectKind : ValueKind<SourceValue>
{
    public override string Expectation => "an object ({ … })";

    public override void WriteSchema(Utf8JsonWriter writer) => writer.WriteString("type", "object");

    public override SourceValue? Read(SourceValue value, out string? problem)
    {
        problem = value.Kind == JsonValueKind.Object ? null : Mismatch(value);
        return value;
    }
}

/// <summary>Text that is not empty and has no NUL, which ends a string wherever C reads it: paths above all.</summary>
/// <param name="what">What the text is: "a path".</param>
internal sealed class TextKind(string what) : ValueKind<string>
{
    public override string Expectation => what;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", "^[^\\u0000]+$");
    }

    public override string? Read(SourceValue value, out string? problem)
    {
        var fits = value.Kind == JsonValueKind.String && value.Text.Length > 0 && !value.Text.Contains('\0', StringComparison.Ordinal);
        problem = fits ? null : $"must be {what}, not empty and without NUL, not {value.Shown}";
        return value.Text;
    }
}

/// <summary>An array.</summary>
/// <param name="item">The kind of each item.</param>
/// <param name="expectation">As <see cref="ValueKind{T}.Expectation"/>.</param>
/// <param name="most">How many items it may have, where they are counted; then it has one at least.</param>
internal sealed class ListKind<T>(ValueKind<T> item, string expectation, int? most = null) : ValueKind<IReadOnlyList<T>>
{
    public override string Expectation => expectation;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        item.WriteSchema(writer);
        writer.WriteEndObject();
        if (most is { } maximum)
        {
            writer.WriteNumber("minItems", 1);
            writer.WriteNumber("maxItems", maximum);
        }
    }

    public override IReadOnlyList<T>? Read(SourceValue value, out string? problem)
    {
        problem = value.Kind == JsonValueKind.Array || value.IsUntyped ? null : Mismatch(value);

        // Where there are no types, they stand between commas.
        IReadOnlyList<SourceValue> written = value.IsUntyped
            ? [.. value.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(SourceValue.Untyped)]
            : value.Items;
        if (problem is null && most is { } maximum && (written.Count == 0 || written.Count > maximum))
        {
            problem = $"must be {expectation}, from 1 to {maximum}, not {written.Count}";
        }

        var items = new List<T>();
        for (var index = 0; index < written.Count && problem is null; index++)
        {
            items.Add(item.Read(written[index], out problem)!);
        }

        return items;
    }
}

/// <summary>One of a few words.</summary>
/// <param name="words">The words and what each means, in the order people should read them.</param>
internal sealed class WordKind<T>(params (string Word, T Meaning)[] words) : ValueKind<T>
{
    public override string Expectation => $"one of {string.Join(", ", words.Select(word => JsonText.Quote(word.Word)))}";

    /// <summary>The word for what it means.</summary>
    public string WordOf(T meaning) => words.First(word => Equals(word.Meaning, meaning)).Word;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("enum");
        foreach (var (word, _) in words)
        {
            writer.WriteStringValue(word);
        }

        writer.WriteEndArray();
    }

    public override T? Read(SourceValue value, out string? problem)
    {
        problem = null;
        if (value.Kind == JsonValueKind.String)
        {
            foreach (var (word, meaning) in words)
            {
                if (word == value.Text)
                {
                    return meaning;
                }
            }

            if (NearName.Find(value.Text, words.Select(word => word.Word)) is { } near)
            {
                problem = $"{Mismatch(value)}: did you mean {JsonText.Quote(near)}?";
                return default;
            }
        }

        problem = Mismatch(value);
        return default;
    }
}

/// <summary>A whole number in a range. As in JSON Schema, <c>4.0</c> is one.</summary>
internal sealed class WholeNumberKind(int minimum, int maximum, string unit = "") : ValueKind<int>
{
    public override string Expectation =>
        $"a whole number{unit} from {minimum.ToString(CultureInfo.InvariantCulture)} to {maximum.ToString(CultureInfo.InvariantCulture)}";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "integer");
        writer.WriteNumber("minimum", minimum);
        writer.WriteNumber("maximum", maximum);
    }

    public override int Read(SourceValue value, out string? problem)
    {
        if ((value.Kind == JsonValueKind.Number || value.IsUntyped)
            && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && decimal.IsInteger(number)
            && number >= minimum
            && number <= maximum)
        {
            problem = null;
            return (int)number;
        }

        problem = Mismatch(value);
        return 0;
    }
}

/// <summary>A share of something, as a decimal fraction; above 1 it is more than all of it.</summary>
internal sealed class RatioKind(decimal minimum, decimal maximum) : ValueKind<decimal>
{
    public override string Expectation =>
        $"a number from {minimum.ToString(CultureInfo.InvariantCulture)} to {maximum.ToString(CultureInfo.InvariantCulture)}";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "number");
        writer.WriteNumber("minimum", minimum);
        writer.WriteNumber("maximum", maximum);
    }

    public override decimal Read(SourceValue value, out string? problem)
    {
        problem = null;
        if ((value.Kind == JsonValueKind.Number || value.IsUntyped)
            && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= minimum
            && number <= maximum)
        {
            return number;
        }

        problem = Mismatch(value);
        return 0;
    }
}

/// <summary>Something that a guest may be given to reach.</summary>
internal sealed class DestinationKind : ValueKind<AllowedDestination>
{
    /// <summary>Several.</summary>
    public static ListKind<AllowedDestination> List { get; } =
        new(new DestinationKind(), "an array of addresses, networks and names, such as [\"10.1.0.0/16\", \"cache.example:3142\"]");

    public override string Expectation => "an address, a network or a name, such as \"10.1.2.3\", \"10.1.0.0/16\", \"10.1.2.3:5000\" or \"cache.example:3142\"";

    public override void WriteSchema(Utf8JsonWriter writer) => writer.WriteString("type", "string");

    public override AllowedDestination? Read(SourceValue value, out string? problem)
    {
        var destination = value.Kind == JsonValueKind.String ? AllowedDestination.Parse(value.Text) : null;
        problem = destination is null ? Mismatch(value)
            : IsLoopback(destination.Host)
                ? $"must not be {value.Shown}: no guest reaches the host's loopback; have the service listen on another address of the host's too, and name that"
            : IPNetwork.TryParse(destination.Host, out var network) && network.PrefixLength == 0
                ? $"must not be {value.Shown}: that is every address there is; name what the guest needs, or choose \"network\": \"open\""
            : null;
        return destination;
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPNetwork.TryParse(host, out var network) ? IPAddress.IsLoopback(network.BaseAddress) : IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

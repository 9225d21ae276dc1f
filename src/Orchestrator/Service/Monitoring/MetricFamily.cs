using System.Globalization;
using System.Text;

namespace Orchestrator.Service.Monitoring;

/// <summary>A number by labels, in Prometheus' text format (its "Exposition formats", version 0.0.4). Not thread-safe.</summary>
/// <param name="name">The metric's name.</param>
/// <param name="type"><c>counter</c> or <c>gauge</c>.</param>
/// <param name="help">What it is, for a person.</param>
/// <param name="labels">The labels' names.</param>
internal sealed class MetricFamily(string name, string type, string help, params string[] labels)
{
    private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    /// <summary>Adds to a value.</summary>
    /// <param name="amount">How much.</param>
    /// <param name="values">The labels' values, in the order of their names.</param>
    public void Add(double amount, params ReadOnlySpan<string> values)
    {
        var key = Key(values);
        _values[key] = _values.GetValueOrDefault(key) + amount;
    }

    /// <summary>Sets a value.</summary>
    /// <param name="value">To what.</param>
    /// <param name="values">The labels' values, in the order of their names.</param>
    public void Set(double value, params ReadOnlySpan<string> values) => _values[Key(values)] = value;

    /// <summary>Forgets all values.</summary>
    public void Clear() => _values.Clear();

    /// <summary>Writes it.</summary>
    public void Write(StringBuilder text)
    {
        WriteHead(text, name, type, help);
        foreach (var (key, value) in _values)
        {
            text.Append(name).Append(key).Append(' ').Append(Number(value)).Append('\n');
        }
    }

    /// <summary>Writes what comes before a metric's values.</summary>
    internal static void WriteHead(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    /// <summary>A number as the format wants it.</summary>
    internal static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : value.ToString(CultureInfo.InvariantCulture);

    private string Key(ReadOnlySpan<string> values)
    {
        if (values.Length != labels.Length)
        {
            throw new ArgumentException($"{name} has {labels.Length} labels, not {values.Length}", nameof(values));
        }

        if (values.Length == 0)
        {
            return "";
        }

        // The values are names of instances and words of ours: nothing in them needs to be escaped.
        var key = new StringBuilder("{");
        for (var index = 0; index < values.Length; index++)
        {
            key.Append(index == 0 ? "" : ",").Append(labels[index]).Append("=\"").Append(values[index]).Append('"');
        }

        return key.Append('}').ToString();
    }
}

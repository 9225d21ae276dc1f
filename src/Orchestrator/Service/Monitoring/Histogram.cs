using System.Text;

namespace Orchestrator.Service.Monitoring;

/// <summary>How often something took how long, in Prometheus' text format. Not thread-safe.</summary>
/// <param name="name">The metric's name.</param>
/// <param name="help">What it is, for a person.</param>
/// <param name="label">The label's name; null: none.</param>
/// <param name="bounds">The buckets' upper bounds in seconds, ascending.</param>
internal sealed class Histogram(string name, string help, string? label, params double[] bounds)
{
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>Counts one.</summary>
    public void Observe(TimeSpan took, string labelValue = "")
    {
        if (!_series.TryGetValue(labelValue, out var series))
        {
            _series[labelValue] = series = new Series(new long[bounds.Length]);
        }

        var seconds = took.TotalSeconds;
        for (var index = 0; index < bounds.Length; index++)
        {
            series.Counts[index] += seconds <= bounds[index] ? 1 : 0;
        }

        series.Count++;
        series.Sum += seconds;
    }

    /// <summary>Writes it.</summary>
    public void Write(StringBuilder text)
    {
        MetricFamily.WriteHead(text, name, "histogram", help);
        foreach (var (value, series) in _series)
        {
            var mine = label is null ? "" : $"{label}=\"{value}\"";
            for (var index = 0; index <= bounds.Length; index++)
            {
                var (bound, count) = index < bounds.Length
                    ? (bounds[index], series.Counts[index])
                    : (double.PositiveInfinity, series.Count);
                text.Append(name).Append("_bucket{").Append(mine).Append(mine.Length == 0 ? "" : ",")
                    .Append("le=\"").Append(MetricFamily.Number(bound)).Append("\"} ").Append(count).Append('\n');
            }

            var braced = mine.Length == 0 ? "" : $"{{{mine}}}";
            text.Append(name).Append("_sum").Append(braced).Append(' ').Append(MetricFamily.Number(series.Sum)).Append('\n');
            text.Append(name).Append("_count").Append(braced).Append(' ').Append(series.Count).Append('\n');
        }
    }

    private sealed class Series(long[] counts)
    {
        public long[] Counts { get; } = counts;

        public long Count { get; set; }

        public double Sum { get; set; }
    }
}

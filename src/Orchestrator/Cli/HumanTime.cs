using System.Globalization;

namespace Orchestrator.Cli;

/// <summary>Spans of time as people say them, in the two units that matter: <c>45s</c>, <c>12m 05s</c>, <c>3h 07m</c>, <c>2d 04h</c>.</summary>
internal static class HumanTime
{
    /// <summary>The text; nothing that is past is less than zero.</summary>
    public static string Of(TimeSpan span) => span switch
    {
        { Ticks: <= 0 } => "0s",
        { TotalMinutes: < 1 } => Text($"{span.Seconds}s"),
        { TotalHours: < 1 } => Text($"{span.Minutes}m {span.Seconds:00}s"),
        { TotalDays: < 1 } => Text($"{span.Hours}h {span.Minutes:00}m"),
        _ => Text($"{span.Days}d {span.Hours:00}h"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

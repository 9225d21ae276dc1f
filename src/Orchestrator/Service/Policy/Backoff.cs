namespace Orchestrator.Service.Policy;

/// <summary>How long to wait after runs that went wrong: twice as long each time, and never quite as long as others that went wrong together.</summary>
internal static class Backoff
{
    /// <summary>After the first failure, at most.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>After however many, at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>The delay: from half of its bound to all of it.</summary>
    /// <param name="failures">How many in a row, from 1.</param>
    /// <param name="jitter">A random number from 0 to 1.</param>
    public static TimeSpan After(int failures, double jitter)
    {
        // 2^9 seconds are longer than the longest; a greater exponent would only overflow some day.
        var bound = TimeSpan.FromTicks(Math.Min(First.Ticks << Math.Min(failures - 1, 9), Longest.Ticks));
        return bound * (0.5 + (Math.Clamp(jitter, 0, 1) / 2));
    }

    /// <summary>The delay where it is known from when on trying again makes sense: a little longer, and not as long as that of others who wait for the same.</summary>
    /// <param name="hold">How long trying makes none.</param>
    /// <param name="jitter">A random number from 0 to 1.</param>
    public static TimeSpan Until(TimeSpan hold, double jitter) => hold + (First * Math.Clamp(jitter, 0, 1));
}

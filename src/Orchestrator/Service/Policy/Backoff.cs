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

    /// <summary>
    /// The delay where others said for how long trying makes no sense: a little longer, and not as long as that of others who wait for the same; and twice as long
    /// each time that they say so again, up to <see cref="Longest"/>, as GitHub wants it.
    /// </summary>
    /// <param name="hold">How long trying makes none.</param>
    /// <param name="holds">How many times in a row it was said, from 1.</param>
    /// <param name="jitter">A random number from 0 to 1.</param>
    public static TimeSpan Until(TimeSpan hold, int holds, double jitter)
    {
        var longer = TimeSpan.FromTicks(Math.Min(hold.Ticks << Math.Min(holds - 1, 9), Longest.Ticks));
        return (hold > longer ? hold : longer) + (First * Math.Clamp(jitter, 0, 1));
    }
}

namespace Orchestrator.Runs;

/// <summary>Timers that all go off at the same moments, so that the looks at two dozen machines cost the process one awakening and not one each.</summary>
internal static class CommonBeat
{
    /// <summary>Has something done at every whole multiple of an interval of the clock's timestamp.</summary>
    public static ITimer CreateBeat(this TimeProvider time, Action act, TimeSpan interval)
    {
        var since = TimeSpan.FromTicks(time.GetElapsedTime(0).Ticks % interval.Ticks);
        return time.CreateTimer(_ => act(), null, interval - since, interval);
    }
}

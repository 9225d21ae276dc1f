namespace Orchestrator.Service.Policy;

/// <summary>What the end of a run says about the next one.</summary>
internal enum RunVerdict
{
    /// <summary>It did what it was for; if it took its time, the next one may begin at once.</summary>
    Fine,

    /// <summary>It went wrong, and the next one may too.</summary>
    Failed,

    /// <summary>Somebody wanted it to end, which says nothing.</summary>
    Wanted,
}

namespace Orchestrator.Drivers;

/// <summary>The verdict of a <see cref="HostCheck"/>.</summary>
public enum HostCheckOutcome
{
    /// <summary>As it should be.</summary>
    Passed,

    /// <summary>Works, with a drawback worth knowing.</summary>
    Warning,

    /// <summary>Instances cannot run like this.</summary>
    Failed,
}

namespace Orchestrator.Drivers;

/// <summary>One thing that was examined on the host.</summary>
/// <param name="Subject">What was examined: <c>qemu-img</c>, <c>KVM</c>.</param>
/// <param name="Outcome">Whether it will do.</param>
/// <param name="Finding">What was found, one line.</param>
/// <param name="Remedy">What to do about it; null when there is nothing to do.</param>
public sealed record HostCheck(string Subject, HostCheckOutcome Outcome, string Finding, string? Remedy = null);

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

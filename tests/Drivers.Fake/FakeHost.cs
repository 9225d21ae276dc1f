using System.Collections.Concurrent;

namespace Orchestrator.Drivers.Fake;

/// <summary>
/// The host that fake machines run on. It outlives the drivers on it, as a real host outlives orchestrators, so a second
/// <see cref="FakeDriver"/> on the same host can attach to what a first one started.
/// </summary>
public sealed class FakeHost
{
    internal ConcurrentDictionary<VmId, FakeDomain> Domains { get; } = new();

    /// <summary>The machines that exist, running or not.</summary>
    public IReadOnlyCollection<VmId> Machines => [.. Domains.Keys];

    /// <summary>The guest's view of a machine, for a test that acts as the guest.</summary>
    public FakeGuest GuestOf(VmId id) => Domains[id].Guest;
}

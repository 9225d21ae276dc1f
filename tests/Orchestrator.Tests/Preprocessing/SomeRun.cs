using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Preprocessing;
using Orchestrator.State;

namespace Orchestrator.Tests.Preprocessing;

/// <summary>Runs to call functions for.</summary>
internal static class SomeRun
{
    /// <summary>One for functions that acquire nothing.</summary>
    public static RunContext WithoutLeases { get; } =
        new(VmId.Create(TimeProvider.System), "vm-1", GuestArchitecture.X64, "fake", leases: null!);

    /// <summary>One that lives.</summary>
    public static RunContext In(StateDirectory state, GuestArchitecture architecture = GuestArchitecture.X64)
    {
        var id = VmId.Create(TimeProvider.System);
        state.CreateRun(id).Dispose();
        return new RunContext(id, "vm-1", architecture, "fake", new LeaseStore(state));
    }
}

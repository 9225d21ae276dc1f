using System.Collections.Concurrent;
using Orchestrator.Drivers;
using Orchestrator.Leases;

namespace Orchestrator.Preprocessing;

/// <summary>The run that a config's functions are called for.</summary>
public sealed class RunContext
{
    private readonly string _driver;
    private readonly LeaseStore _leases;
    private readonly ConcurrentDictionary<Lease, bool> _asked = new();

    internal RunContext(VmId run, string instance, GuestArchitecture architecture, string driver, LeaseStore leases)
    {
        (Run, Instance, Architecture, _driver, _leases) = (run, instance, architecture, driver, leases);
    }

    /// <summary>The run.</summary>
    public VmId Run { get; }

    /// <summary>The instance's name.</summary>
    public string Instance { get; }

    /// <summary>The guest's processor architecture.</summary>
    public GuestArchitecture Architecture { get; }

    /// <summary>
    /// Acquires something outside the machine. It is written down first, so that it is given back on every end of the run, also where this process dies
    /// before it has an answer.
    /// </summary>
    /// <param name="lease">What is to be acquired.</param>
    /// <param name="acquire">Acquires it; calls what it is given where it was certainly refused, so that nothing is to be given back.</param>
    /// <exception cref="HostException">It was asked for already, cannot be written down, or <paramref name="acquire"/> failed.</exception>
    public async Task<T> AcquireAsync<T>(Lease lease, Func<Action, Task<T>> acquire)
    {
        // One would be refused for the other's sake, and perhaps taken for what must not be there.
        if (!_asked.TryAdd(lease, true))
        {
            throw new HostException(HostProblem.Other, $"{lease}: the config asks for it twice, and there can be one: give one of them a name of its own");
        }

        _leases.Note(Run, _driver, lease);
        var acquired = await acquire(() => _leases.Forget(Run, lease));
        _leases.Confirm(Run, lease);
        return acquired;
    }
}

using Libvirt;

namespace Orchestrator.Drivers.Libvirt.Connections;

/// <summary>Hears of one domain. Called from one thread at a time, in libvirt's order; must not wait.</summary>
internal interface IDomainObserver
{
    /// <summary>Something happened to the domain.</summary>
    void Observe(DomainEvent happened);

    /// <summary>The daemon is gone. The domain may well run on.</summary>
    /// <param name="cause">Why, for a person.</param>
    void Lost(string cause);

    /// <summary>The daemon is back, and events flow again; those in between are lost.</summary>
    void Restored();
}

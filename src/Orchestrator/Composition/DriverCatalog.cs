using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Drivers;

namespace Orchestrator.Composition;

/// <summary>The drivers by name. Each is made when it is first asked for, so that one whose library is missing disturbs nobody else.</summary>
internal sealed class DriverCatalog(IServiceProvider services, IReadOnlyList<string> names)
{
    /// <summary>The names of all drivers.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The driver of that name.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public IHypervisorDriver Get(string name) =>
        services.GetKeyedService<IHypervisorDriver>(name)
        ?? throw new ConfigurationException($"driver '{name}': there is no such driver; choose one of: {string.Join(", ", names)}");
}

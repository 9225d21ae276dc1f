using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Drivers;

/// <summary>The drivers by name. Each is made when it is first asked for, so that one whose library is missing disturbs nobody else.</summary>
internal sealed class DriverCatalog(IServiceProvider services, IReadOnlyList<DriverRegistration> drivers)
{
    /// <summary>The names of all drivers.</summary>
    public IReadOnlyList<string> Names { get; } = [.. drivers.Select(driver => driver.Name)];

    /// <summary>The driver of that name.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public IHypervisorDriver Get(string name) =>
        services.GetKeyedService<IHypervisorDriver>(name)
        ?? throw new ConfigurationException($"driver '{name}': there is no such driver; choose one of: {string.Join(", ", Names)}");

    /// <summary>The name of the driver whose note is in a run's directory; null where there is none.</summary>
    public string? FindByNote(string runDirectory) =>
        drivers.FirstOrDefault(driver => driver.Note is { } note && File.Exists(Path.Combine(runDirectory, note)))?.Name;

    /// <summary>Where a driver's hypervisor keeps its log of an instance's machine itself; null where it does not.</summary>
    public string? HypervisorLogOf(string? name, string instance) =>
        drivers.FirstOrDefault(driver => driver.Name == name)?.HypervisorLogOf?.Invoke(instance);

    /// <summary>What that log says of the run of a directory; null where the hypervisor keeps none itself, or it may not be read.</summary>
    public byte[]? TryReadHypervisorLog(string? name, string runDirectory) =>
        drivers.FirstOrDefault(driver => driver.Name == name)?.ReadHypervisorLog?.Invoke(runDirectory);
}

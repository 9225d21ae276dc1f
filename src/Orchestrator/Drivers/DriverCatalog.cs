namespace Orchestrator.Drivers;

/// <summary>The drivers by name. Each is made when it is first asked for, so that one whose library is missing disturbs nobody else.</summary>
/// <param name="drivers">All there are.</param>
/// <param name="contextOf">What each is made with.</param>
internal sealed class DriverCatalog(IReadOnlyList<DriverRegistration> drivers, Func<DriverRegistration, DriverContext> contextOf) : IAsyncDisposable
{
    private readonly Dictionary<string, Lazy<IHypervisorDriver>> _drivers =
        drivers.ToDictionary(driver => driver.Name, driver => new Lazy<IHypervisorDriver>(() => driver.Create(contextOf(driver))));

    /// <summary>The names of all drivers.</summary>
    public IReadOnlyList<string> Names { get; } = [.. drivers.Select(driver => driver.Name)];

    /// <summary>The files that drivers make in run directories, beside those in <see cref="RunFiles"/>.</summary>
    public IReadOnlyList<DriverFile> Files { get; } = [.. drivers.SelectMany(driver => driver.Files).Distinct()];

    /// <summary>The driver of that name.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public IHypervisorDriver Get(string name) => _drivers.TryGetValue(name, out var driver)
        ? driver.Value
        : throw new ConfigurationException($"driver '{name}': there is no such driver; choose one of: {string.Join(", ", Names)}");

    /// <summary>The name of the driver whose note is in a run's directory; null where there is none.</summary>
    public string? FindByNote(string runDirectory) => drivers.FirstOrDefault(driver => driver.Files.Any(
        file => file.Role == DriverFileRole.Note && File.Exists(Path.Combine(runDirectory, file.Name))))?.Name;

    /// <summary>Where a driver's hypervisor keeps its log of an instance's machine itself; null where it does not.</summary>
    public string? HypervisorLogOf(string? name, string instance) => Find(name)?.HypervisorLogOf?.Invoke(instance);

    /// <summary>What that log says of the run of a directory; null where the hypervisor keeps none itself, or it may not be read.</summary>
    public byte[]? TryReadHypervisorLog(string? name, string runDirectory) =>
        Find(name) is { ReadHypervisorLog: { } read } driver ? read(contextOf(driver), runDirectory) : null;

    /// <summary>Disposes of the drivers that were made. Machines go on.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var driver in _drivers.Values)
        {
            if (driver is { IsValueCreated: true, Value: IAsyncDisposable disposable })
            {
                await disposable.DisposeAsync();
            }
        }
    }

    private DriverRegistration? Find(string? name) => drivers.FirstOrDefault(driver => driver.Name == name);
}

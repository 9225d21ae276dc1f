using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Cli;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Qemu;
using Orchestrator.State;

namespace Orchestrator.Composition;

/// <summary>Puts the program together. The only place that names a concrete driver.</summary>
internal static class CompositionRoot
{
    private const string Qemu = "qemu";

    /// <summary>Composes it.</summary>
    /// <remarks>
    /// No generic host, and nothing generic is left for the container to close: types that do not exist before the program runs are made by the
    /// type loader, and a host's options, loggers and lifetime are a quarter of the whole start of a program that then uses none of them.
    /// </remarks>
    public static ServiceProvider Build(HostSettings settings, Terminal terminal, bool verbose)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(new LoggerFactory(
            [new TerminalLoggerProvider(terminal, verbose)],
            new LoggerFilterOptions { MinLevel = verbose ? LogLevel.Debug : LogLevel.Warning }));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(terminal);
        services.AddSingleton(settings);
        services.AddSingleton(provider => new DriverCatalog(provider, [Qemu]));
        services.AddKeyedSingleton<IHypervisorDriver>(Qemu, (provider, _) => new QemuDriver(
            new QemuDriverOptions
            {
                Binary = settings.Qemu.Binary,
                RunAs = settings.Qemu.RunAs,
                RunsDirectory = StateDirectory.RunsOf(settings.StateDirectory),
                CacheDirectory = StateDirectory.CacheOf(settings.StateDirectory),
            },
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger<QemuDriver>()));
        return services.BuildServiceProvider();
    }
}

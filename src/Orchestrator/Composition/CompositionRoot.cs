using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Libvirt;
using Orchestrator.Drivers.Qemu;
using Orchestrator.GitHub;
using Orchestrator.Leases;
using Orchestrator.Linux;
using Orchestrator.Output;
using Orchestrator.State;

namespace Orchestrator.Composition;

/// <summary>Puts the program together. The only place that names a concrete driver.</summary>
internal static class CompositionRoot
{
    /// <summary>The drivers there are; the first is the default.</summary>
    public static IReadOnlyList<DriverRegistration> Drivers { get; } = [QemuDriver.Registration, LibvirtDriver.Registration];

    /// <summary>Composes it.</summary>
    /// <param name="settings">The host's settings.</param>
    /// <param name="terminal">Where to speak.</param>
    /// <param name="verbose">Log more.</param>
    /// <param name="more">Adds what not every command needs.</param>
    public static IHost Build(HostSettings settings, Terminal terminal, bool verbose, Action<IHostApplicationBuilder>? more = null)
    {
        // Empty: no files, environment or event log are looked through for settings; HostSettings has read them, and every start pays.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Warning);
        builder.Services.AddSingleton<ILoggerProvider>(new TerminalLoggerProvider(terminal, verbose));
        builder.Services.AddSingleton<TimeProvider>(HostTime.Instance);
        builder.Services.AddSingleton(terminal);
        builder.Services.AddSingleton(settings);
        var warn = Once(terminal.Warning);
        builder.Services.AddSingleton(services => new DriverCatalog(settings.Drivers, driver => new DriverContext
        {
            Settings = settings.SettingsOf(driver),
            RunsDirectory = StateDirectory.RunsOf(settings.StateDirectory),
            CacheDirectory = StateDirectory.CacheOf(settings.StateDirectory),
            ImagesDirectory = StateDirectory.ImagesOf(settings.StateDirectory),
            Warn = warn,
            Time = services.GetRequiredService<TimeProvider>(),
        }));
        builder.Services.AddSingleton(services => new GitHubApi(settings.GitHub, services.GetRequiredService<TimeProvider>(), warn));
        builder.Services.AddSingleton<ILessor, GitHubRunners>();
        more?.Invoke(builder);
        return builder.Build();
    }
    // A fleet would say the same with every run.
    private static Action<string> Once(Action<string> warn)
    {
        string? last = null;
        return warning =>
        {
            if (Interlocked.Exchange(ref last, warning) != warning)
            {
                warn(warning);
            }
        };
    }
}

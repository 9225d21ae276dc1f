using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Libvirt;
using Orchestrator.Drivers.Qemu;
using Orchestrator.Output;
using Orchestrator.State;

namespace Orchestrator.Composition;

/// <summary>Puts the program together. The only place that names a concrete driver.</summary>
internal static class CompositionRoot
{
    private const string Qemu = "qemu";
    private const string Libvirt = "libvirt";

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
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(terminal);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(services => new DriverCatalog(
            services,
            [
                new DriverRegistration(Qemu) { Note = RunFiles.QemuProcess },
                new DriverRegistration(Libvirt)
                {
                    Note = RunFiles.LibvirtDomain,
                    HypervisorLogOf = instance =>
                        $"{instance}.log in /var/log/libvirt/qemu (root's), or in ~/.cache/libvirt/qemu/log under qemu:///session",
                    ReadHypervisorLog = runDirectory => LibvirtDriver.TryReadHypervisorLog(settings.Libvirt.Uri, runDirectory),
                },
            ]));
        builder.Services.AddKeyedSingleton<IHypervisorDriver>(Qemu, (services, _) => new QemuDriver(
            new QemuDriverOptions
            {
                Binary = settings.Qemu.Binary,
                RunAs = settings.Qemu.RunAs,
                RunsDirectory = StateDirectory.RunsOf(settings.StateDirectory),
                CacheDirectory = StateDirectory.CacheOf(settings.StateDirectory),
            },
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<QemuDriver>>()));
        builder.Services.AddKeyedSingleton<IHypervisorDriver>(Libvirt, (services, _) => new LibvirtDriver(
            new LibvirtDriverOptions
            {
                Uri = settings.Libvirt.Uri,
                TemplatePath = settings.Libvirt.TemplatePath,
                RunsDirectory = StateDirectory.RunsOf(settings.StateDirectory),
                CacheDirectory = StateDirectory.CacheOf(settings.StateDirectory),
            },
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<LibvirtDriver>>()));
        more?.Invoke(builder);
        return builder.Build();
    }
}

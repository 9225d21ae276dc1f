using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Examination;
using Orchestrator.Leases;
using Orchestrator.Service;
using Orchestrator.Service.Instances;
using Orchestrator.Service.Monitoring;
using Orchestrator.Service.Policy;
using Orchestrator.Service.Reporting;
using Orchestrator.Service.Running;
using Orchestrator.Service.Systemd;
using Orchestrator.State;

namespace Orchestrator.Composition;

/// <summary>Adds to the program what only <c>orchestrator up</c> needs.</summary>
internal static class ServiceComposition
{
    // Preparing a machine is half qemu-img's work and half waiting: so many at a time keep the processors busy, more only make each later.
    private static int MostStarting => Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>Adds it.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="settings">The host's settings.</param>
    /// <param name="state">The state directory.</param>
    /// <param name="only">Its lock.</param>
    /// <param name="reader">Which instances.</param>
    /// <param name="initial">What <paramref name="reader"/> said.</param>
    /// <param name="reports">Where events are told.</param>
    public static void Add(
        IHostApplicationBuilder builder,
        HostSettings settings,
        StateDirectory state,
        UpLock only,
        DesiredInstancesReader reader,
        DesiredInstances initial,
        ServiceReports reports)
    {
        var services = builder.Services;
        services.AddSingleton(settings.Up);
        services.AddSingleton(state);
        services.AddSingleton(only);
        services.AddSingleton(provider => state.HistoryWithin(
            settings.History, provider.GetRequiredService<DriverCatalog>().Files, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DesiredState(reader, initial, reports, provider.GetRequiredService<ServiceMetrics>()));
        services.AddSingleton(reports);
        services.AddSingleton(LimitsOf(settings, state));
        services.AddSingleton(provider => new HostFigures(state.Root, provider.GetRequiredService<LeaseStore>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ServiceMetrics>();
        services.AddSingleton(_ => NotifySocket.Open(Environment.GetEnvironmentVariable));
        services.AddSingleton<LeaseStore>();
        services.AddSingleton<LeaseReturn>();
        services.AddSingleton<LeaseRetries>();
        services.AddSingleton<IRunLauncher, RunLauncher>();
        services.AddSingleton<IRunAdopter, RunAdopter>();
        services.AddSingleton<ActiveRuns>();
        services.AddSingleton<Supervisor>();
        services.AddSingleton<IHealth>(provider => new ServiceHealth(only, provider.GetRequiredService<Supervisor>()));
        services.AddSingleton<IHostLifetime, UpLifetime>();

        // In this order: a port that is taken is to be known before anything is started.
        services.AddHostedService(provider => new MonitoringEndpoint(
            settings.Up,
            provider.GetRequiredService<ServiceMetrics>(),
            provider.GetRequiredService<IHealth>(),
            reports,
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<ControlService>();
        services.AddHostedService<Watchdog>();
        services.AddHostedService(provider => provider.GetRequiredService<Supervisor>());

        // The supervisor says itself what went wrong with it, and how long draining takes is not the host's to decide.
        builder.Logging.AddFilter("Microsoft", LogLevel.None);
        services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = Timeout.InfiniteTimeSpan;
            options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
        });
    }

    /// <summary>The numbers that a service goes by.</summary>
    internal static SupervisorLimits LimitsOf(HostSettings settings, StateDirectory state) => new()
    {
        Capacity = new Capacity(
            (long)(new HostMemory().TotalFor(settings) * settings.Up.MemoryOvercommit),

            // All of the file system, not what is free of it: a service may start while it is full, and go on when it is not.
            (long)(new DriveInfo(state.Root).TotalSize * settings.Up.DiskOvercommit)),
        TooSoon = settings.Up.TooSoon,
        MostStarting = MostStarting,
    };
}

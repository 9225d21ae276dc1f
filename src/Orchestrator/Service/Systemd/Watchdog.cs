using Microsoft.Extensions.Hosting;
using Orchestrator.Service.Monitoring;

namespace Orchestrator.Service.Systemd;

/// <summary>Tells the service manager that the service is well, for as long as it is.</summary>
internal sealed class Watchdog(NotifySocket manager, IHealth health, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (manager.Watchdog is not { } interval)
        {
            return;
        }

        // sd_watchdog_enabled(3) recommends half of the interval.
        using var timer = new PeriodicTimer(interval / 2, time);
        try
        {
            do
            {
                if (await health.CheckAsync(stoppingToken) is null)
                {
                    manager.Alive();
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service ends, and says so itself.
        }
    }
}

using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>Removes what a run made. Every step is tried whatever the others did, and says so when it fails.</summary>
internal static class RunCleanup
{
    // What a kept run must not keep: secrets, and what would make it look alive.
    private static readonly string[] NeverKept =
        [RunFiles.ConfigMedia, RunFiles.Lock, RunFiles.QmpSocket, RunFiles.ConsoleSocket, RunFiles.QemuProcess, RunFiles.LibvirtDomain];

    /// <param name="machine">The machine, if it came to that; ended if it still runs.</param>
    /// <param name="directory">Its directory; gone afterwards unless kept.</param>
    /// <param name="keep">Leave disk, logs and journal.</param>
    /// <param name="observer">Hears of what could not be removed.</param>
    public static async Task ClearAsync(IVirtualMachine? machine, RunDirectory directory, bool keep, IRunObserver observer)
    {
        if (machine is not null)
        {
            await AttemptAsync(observer, "the machine could not be removed", async () =>
            {
                if (keep)
                {
                    await machine.KillAsync(CancellationToken.None);
                    await machine.DetachAsync();
                }

                await machine.DisposeAsync();
            });
        }

        await AttemptAsync(observer, $"run directory '{directory.FullPath}' could not be removed", () =>
        {
            if (keep)
            {
                foreach (var file in NeverKept)
                {
                    File.Delete(directory.PathOf(file));
                }

                directory.Dispose();
                observer.Observe(new RunEvent.Kept(directory.FullPath));
            }
            else
            {
                directory.Delete();
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>Lets go of a machine that runs on, and of its directory, for another process to adopt.</summary>
    public static async Task LeaveAsync(IVirtualMachine machine, RunDirectory directory)
    {
        await machine.DetachAsync();
        await machine.DisposeAsync();
        directory.Dispose();
    }

    private static async Task AttemptAsync(IRunObserver observer, string failure, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception error)
        {
            // The next step may still succeed, and how the run ended matters more than how its cleaning did.
            observer.Observe(new RunEvent.Warning($"{failure}: {error.Message}"));
        }
    }
}

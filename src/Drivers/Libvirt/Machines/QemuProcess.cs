using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>The process behind a domain, for when libvirt is away and the machine has to end all the same.</summary>
internal static class QemuProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>What came of it.</summary>
    public enum Outcome
    {
        /// <summary>There is no such process.</summary>
        Gone,

        /// <summary>It was killed and is gone.</summary>
        Killed,

        /// <summary>The kernel does not let us, or it does not die.</summary>
        NotAllowed,
    }

    /// <summary>Kills it: found by the machine's UUID among its arguments, and held by a descriptor, so that no other process is ever meant.</summary>
    public static async Task<Outcome> KillAsync(Guid uuid, TimeProvider time)
    {
        try
        {
            if (ProcessTable.Find("-uuid", uuid.ToString()) is not { } identity || ObservedProcess.Open(identity) is not { } process)
            {
                return Outcome.Gone;
            }

            using (process)
            {
                process.Kill();
                await process.Exited.WaitAsync(Deadline, time).ConfigureAwait(false);
                return Outcome.Killed;
            }
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            return Outcome.NotAllowed;
        }
    }
}

using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>
/// A QEMU that the kernel keeps from running (SIGSTOP), guest and all, until this is thawed. It can do nothing meanwhile, raise events least of all.
/// </summary>
internal sealed class FrozenProcess : IDisposable
{
    private const int Continue = 18;
    private const int Stop = 19;

    // A libvirtd that is away is not waited for with the guest in ice; one that comes back could not even connect to its QEMU.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly SafeFileHandle _process;
    private readonly Timer _limit;
    private readonly Lock _gate = new();
    private bool _thawed;

    private FrozenProcess(SafeFileHandle process)
    {
        _process = process;
        _limit = new Timer(_ => Thaw(), null, Limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Freezes a machine's QEMU. Null where there is none that is it for certain, or where it is another user's and we are not root.</summary>
    public static FrozenProcess? TryFreeze(MachineProcesses machine)
    {
        var process = TrySignal(machine, Stop);
        return process is null ? null : new FrozenProcess(process);
    }

    /// <summary>Thaws a QEMU that somebody froze who is no more.</summary>
    public static void TryThaw(MachineProcesses machine) => TrySignal(machine, Continue)?.Dispose();

    /// <summary>Lets it go on. Idempotent.</summary>
    public void Thaw()
    {
        // Timers call this too, also while this is being disposed of.
        lock (_gate)
        {
            if (!_thawed)
            {
                _thawed = true;
                _ = Libc.Signal(_process, Continue);
            }
        }
    }

    /// <summary>Thaws it and lets the process go.</summary>
    public void Dispose()
    {
        Thaw();
        _limit.Dispose();
        _process.Dispose();
    }

    private static SafeFileHandle? TrySignal(MachineProcesses machine, int signal)
    {
        SafeFileHandle? process = null;
        try
        {
            if ((machine.FindNoted() ?? machine.Find().Only) is { } identity
                && (process = Libc.OpenProcess(identity.Pid)) is not null

                // Checked after the descriptor is open, which pins the process.
                && ProcessTable.IsAlive(identity)
                && Libc.Signal(process, signal))
            {
                return process;
            }
        }
        catch (IOException)
        {
            // Not ours to signal.
        }

        process?.Dispose();
        return null;
    }
}

using System.Runtime.InteropServices;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>Finds out whether KVM runs guest code here, by running some: <see cref="TrialProgram"/>.</summary>
/// <param name="qemu">Absolute path of the QEMU for the host's own architecture.</param>
/// <param name="users">Whom QEMU runs as, or null for ourselves.</param>
/// <param name="cache">Where the answer is kept.</param>
/// <param name="time">The clock.</param>
internal sealed class KvmTrial(string qemu, MachineUsers? users, VerdictCache cache, TimeProvider time)
{
    /// <summary>KVM's device.</summary>
    public const string Device = "/dev/kvm";

    private const string CacheName = "kvm";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    /// <summary>The architecture KVM can run here, or null where there is no driver for it.</summary>
    public static GuestArchitecture? HostArchitecture => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => GuestArchitecture.X64,
        Architecture.Arm64 => GuestArchitecture.Arm64,
        _ => null,
    };

    /// <summary>Says whether KVM works, from memory where possible.</summary>
    /// <param name="anew">Forget what was found before.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    public async Task<Verdict> JudgeAsync(bool anew, CancellationToken cancellationToken)
    {
        // Not remembered: it takes no time, and loading a module or joining a group must help at once.
        if (Obstacle() is { } obstacle)
        {
            return new Verdict(false, obstacle);
        }

        var key = VerdictCache.KeyOf(qemu, users?.Name);
        if (!anew && cache.Find(CacheName, key) is { } known)
        {
            return known;
        }

        var verdict = await RunAsync("kvm", cancellationToken).ConfigureAwait(false);
        cache.Store(CacheName, key, verdict);
        return verdict;
    }

    /// <summary>Runs the trial under an accelerator. Public to this assembly so that a test can see the program end under TCG.</summary>
    internal async Task<Verdict> RunAsync(string accelerator, CancellationToken cancellationToken)
    {
        var architecture = HostArchitecture ?? throw new PlatformNotSupportedException();
        var program = TrialProgram.For(architecture);
        using var medium = program.CreateMedium();
        var cpu = CpuModel.For(architecture, accelerator == "kvm" ? Accelerator.Kvm : Accelerator.Tcg);
        IReadOnlyList<string> arguments = program.Arguments(accelerator, cpu, (int)medium.DangerousGetHandle());
        using var user = users?.Take();
        var (status, output) = await ShortProcess.RunAsync(qemu, arguments, [medium], Deadline, time, cancellationToken, user?.User).ConfigureAwait(false);
        if (status is null)
        {
            return new Verdict(
                false,
                $"a loop that takes milliseconds did not end within {Deadline.TotalSeconds} s, so guest code is emulated, as happens with nested virtualisation");
        }

        if (status.Value.ExitCode == program.ExpectedExitCode)
        {
            return Verdict.Good;
        }

        var said = LogTail.LastLine(output);
        return new Verdict(false, said.Length == 0 ? $"QEMU {status}" : $"QEMU {status}: {said}");
    }

    private static string? Obstacle()
    {
        if (HostArchitecture is null)
        {
            return $"this host's processors ({RuntimeInformation.OSArchitecture}) are none it is used on";
        }

        try
        {
            Libc.Open(Device, Libc.ReadWrite).Dispose();
            return null;
        }
        catch (IOException exception)
        {
            return exception.HResult switch
            {
                Libc.NoSuchFile => $"there is no {Device}; enable virtualisation in the firmware, or nested virtualisation where this is itself a virtual machine",
                Libc.AccessDenied or Libc.NotPermitted => $"{Device} may not be opened; run: usermod -aG kvm {Environment.UserName}, and log in again",
                var error => $"{Device}: {Libc.Describe(error)}",
            };
        }
    }
}

using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Processes;

/// <summary>
/// A user that was given out. Its lock goes with the last process that has it open, whoever is killed; that would be QEMU, which could let go of it, and so there is a
/// note of that process beside.
/// </summary>
/// <param name="user">The user.</param>
/// <param name="path">Where it is noted; null: others may have the user too.</param>
/// <param name="held">Likewise.</param>
internal sealed class MachineUser(ProcessUser user, string? path, LockFile? held) : IDisposable
{
    /// <summary>The user.</summary>
    public ProcessUser User => user;

    /// <summary>What a process has to inherit to keep the user.</summary>
    public IReadOnlyList<SafeFileHandle> Kept => held is null ? [] : [held.File];

    /// <summary>Leaves the user to a process that runs as it, until that ends.</summary>
    /// <exception cref="IOException">That cannot be noted.</exception>
    public void LeaveTo(ProcessIdentity process)
    {
        if (path is not null)
        {
            using var note = Libc.Open(path, Libc.WriteOnly | Libc.NoFollow);
            var text = string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTicks} {process.BootId}\n");
            RandomAccess.SetLength(note, 0);
            RandomAccess.Write(note, Encoding.ASCII.GetBytes(text), 0);
            held!.File.Dispose(); // closed and not let go of
        }
    }

    /// <summary>The process that has it, as noted.</summary>
    internal static ProcessIdentity? ReadHolder(SafeFileHandle note)
    {
        var words = Encoding.ASCII.GetString(GuardedFile.Read(note, GuardedFile.MaxOwnBytes)).TrimEnd('\n').Split(' ');
        return words.Length == 3
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new ProcessIdentity(pid, ticks, words[2])
            : null;
    }

    /// <summary>Gives it back, unless it was left to a process.</summary>
    public void Dispose() => held?.Dispose();
}

using System.Runtime.InteropServices;

namespace Orchestrator.Linux.Processes;

/// <summary>Whom a program runs as, without any capability and without a way to get one.</summary>
/// <param name="UserId">The user's number.</param>
/// <param name="GroupId">The number of the user's own group.</param>
/// <param name="Groups">The numbers of further groups.</param>
internal sealed unsafe partial record ProcessUser(uint UserId, uint GroupId, IReadOnlyList<uint> Groups)
{
    // Those by which root starts, sees and ends other users' processes: capabilities(7).
    private static readonly (int Bit, string Name)[] Needed = [(5, "CAP_KILL"), (6, "CAP_SETGID"), (7, "CAP_SETUID"), (19, "CAP_SYS_PTRACE")];

    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The user of a name with its groups; null where there is none.</summary>
    public static ProcessUser? Find(string name)
    {
        var buffer = new byte[Passwd.MaxBytes];
        fixed (byte* pointer = buffer)
        {
            Passwd record;
            Passwd* found;
            if (GetUserByName(name, &record, pointer, (nuint)buffer.Length, &found) != 0 || found is null)
            {
                return null;
            }

            var count = 65_536; // NGROUPS_MAX
            var groups = new uint[count];
            return GetGroups(name, record.GroupId, groups, ref count) >= 0
                ? new ProcessUser(record.UserId, record.GroupId, groups[..count])
                : throw new IOException($"the groups of {name} cannot be told");
        }
    }

    /// <summary>The capabilities that this process would need to run programs as others, and to see and end them, and has not.</summary>
    public static IReadOnlyList<string> MissingCapabilities()
    {
        var effective = ProcessTable.CapabilitiesOf(Environment.ProcessId);
        return [.. Needed.Where(needed => (effective >> needed.Bit & 1) == 0).Select(needed => needed.Name)];
    }

    /// <summary>Whether this process's user namespace has users and groups of such numbers, first to last (user_namespaces(7)).</summary>
    public static bool AreMapped(uint first, uint last) => ((string[])["uid_map", "gid_map"]).All(map => File.ReadLines("/proc/self/" + map)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Any(range => ulong.Parse(range[0]) <= first && last < ulong.Parse(range[0]) + ulong.Parse(range[2])));

    /// <summary>
    /// Makes the calling thread this user's, for good; the others remain whose they were, since the kernel's credentials are a thread's and only the C library's
    /// wrappers make them the process's (nptl(7)).
    /// </summary>
    /// <exception cref="IOException">It may not become that; <see cref="Exception.HResult"/> is the errno.</exception>
    public void BecomeOnThisThread()
    {
        const int noNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
        fixed (uint* groups = Groups.ToArray())
        {
            if (SystemCall(IsX64 ? 116 : 159, Groups.Count, (nint)groups, 0) != 0 // setgroups
                || SystemCall(IsX64 ? 119 : 149, (nint)GroupId, (nint)GroupId, (nint)GroupId) != 0 // setresgid
                || SystemCall(IsX64 ? 117 : 147, (nint)UserId, (nint)UserId, (nint)UserId) != 0 // setresuid, which takes the capabilities too
                || Libc.ProcessControl(noNewPrivileges, 1, 0, 0, 0) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                throw new IOException($"nobody can be made user {UserId} here: {Libc.Describe(error)}", error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetUserByName(string name, Passwd* record, byte* buffer, nuint length, Passwd** found);

    [LibraryImport("libc", EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroups(string name, uint group, [Out] uint[] groups, ref int count);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third);
}

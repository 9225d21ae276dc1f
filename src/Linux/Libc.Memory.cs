using System.Runtime.InteropServices;

namespace Orchestrator.Linux;

/// <content>What memory this process takes and may take, and what keeps it, with the secrets in it, to itself.</content>
internal static unsafe partial class Libc
{
    /// <summary>How many bytes of addresses this process, and each that it starts, may have (RLIMIT_AS, <c>ulimit -v</c>); null where there is no limit.</summary>
    public static ulong? AddressSpaceLimit
    {
        get
        {
            const int addressSpace = 9; // RLIMIT_AS of getrlimit(2)
            var limits = stackalloc ulong[2]; // struct rlimit: the soft one, the hard one
            return GetLimit(addressSpace, limits) == 0 && *limits != ulong.MaxValue ? *limits : null;
        }
    }

    /// <summary>
    /// Lets all threads allocate from one heap. glibc gives each its own, of 64 MiB of addresses: under a limit they leave none for the next thread's stack, which a
    /// .NET process does not survive. What is allocated here natively is next to nothing.
    /// </summary>
    public static void UseOneHeap()
    {
        const int mostArenas = -8; // M_ARENA_MAX of mallopt(3)
        _ = TuneAllocator(mostArenas, 1);
    }

    /// <summary>
    /// Has no core dump made of this process or its children (RLIMIT_CORE of getrlimit(2)), and lets no other process of its user trace it or read its memory and its
    /// environment (PR_SET_DUMPABLE of prctl(2)).
    /// </summary>
    public static void CloseMemory()
    {
        const int core = 4;
        const int setDumpable = 4;
        var none = stackalloc ulong[2];
        (none[0], none[1]) = (0, 0);
        _ = SetResourceLimit(core, none);
        if (UserId == 0 || !HidesProcesses())
        {
            _ = ProcessControl(setDumpable, 0, 0, 0, 0);
        }
    }

    // hidepid of proc(5): only root would see a process that is closed so, and this user's other commands have to.
    private static bool HidesProcesses()
    {
        try
        {
            return File.ReadLines("/proc/self/mountinfo").Any(line =>
                line.Contains(" /proc ", StringComparison.Ordinal) && line.Contains("hidepid=", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int TuneAllocator(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetResourceLimit(int resource, ulong* limit);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, nuint second, nuint third, nuint fourth, nuint fifth);
}

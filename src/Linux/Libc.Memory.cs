using System.Runtime.InteropServices;

namespace Orchestrator.Linux;

/// <content>What memory this process takes and may take.</content>
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

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int TuneAllocator(int parameter, int value);
}

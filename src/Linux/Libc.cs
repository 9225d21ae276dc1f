using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux;

/// <summary>
/// The system calls that .NET does not offer, each under a wrapper that turns a failure into an <see cref="IOException"/> or a null.
/// Numbers and layouts are those that x86_64 and aarch64 Linux share.
/// </summary>
internal static unsafe partial class Libc
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int Append = 0x400;
    public const int NonBlocking = 0x800;

    /// <summary>O_NOFOLLOW, which x86_64 and aarch64 number differently.</summary>
    public static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>O_DIRECTORY, likewise.</summary>
    public static readonly int DirectoryOnly = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>The mode of a file that is its owner's alone.</summary>
    public const int OwnerReadsAndWrites = 0x180;

    public const int NotPermitted = 1;
    public const int NoSuchFile = 2;
    public const int NoSuchProcess = 3;
    public const int AccessDenied = 13;

    private const int NoTerminal = 0x100;
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4;

    private const int SysIoUringSetup = 425;
    private const int SysPidfdSendSignal = 424;
    private const int SysPidfdOpen = 434;

    private const int AtEmptyPath = 0x1000;
    private const int AtCurrentDirectory = -100;
    private const uint StatxBasicStats = 0x7FF;
    private const int StatxBytes = 256;
    private const int StatxModeOffset = 28;
    private const int StatxSizeOffset = 40;

    private const int UnixFamily = 1;
    private const int StreamSocket = 1;
    private const int SocketLevel = 1;
    private const int SendBuffer = 7;
    private const int SendBufferForce = 32;
    private const short PollIn = 1;

    /// <summary>Opens a file, always close-on-exec and never as a controlling terminal.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static SafeFileHandle Open(string path, int flags, int mode = 0)
    {
        var descriptor = OpenFile(path, flags | CloseOnExec | NoTerminal, mode);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure(path);
    }

    /// <summary>A file's mode bits (type included) and length, by path (following symbolic links).</summary>
    public static (int Mode, long Length) Stat(string path)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(AtCurrentDirectory, path, 0, StatxBasicStats, buffer) == 0 ? ReadStat(buffer) : throw Failure(path);
    }

    /// <summary>The same of an open file.</summary>
    public static (int Mode, long Length) Stat(SafeFileHandle file, string path)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(file, string.Empty, AtEmptyPath, StatxBasicStats, buffer) == 0 ? ReadStat(buffer) : throw Failure(path);
    }

    /// <summary>A path without symbolic links (realpath(3)).</summary>
    public static string RealPath(string path)
    {
        const int maxPath = 4096;
        var buffer = stackalloc byte[maxPath];
        return ResolvePath(path, buffer) != 0 ? Marshal.PtrToStringUTF8((nint)buffer)! : throw Failure(path);
    }

    /// <summary>An anonymous file in memory, which <see cref="Seal"/> can close for good.</summary>
    public static SafeFileHandle CreateMemoryFile(string name)
    {
        const uint memfdCloseOnExec = 1;
        const uint memfdAllowSealing = 2;
        var descriptor = MemfdCreate(name, memfdCloseOnExec | memfdAllowSealing);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("memfd_create");
    }

    /// <summary>Nobody changes a file of <see cref="CreateMemoryFile"/> any more, whoever has it open and how: neither its content, nor its size, nor this.</summary>
    public static void Seal(SafeFileHandle memoryFile)
    {
        const int addSeals = 1033; // F_ADD_SEALS of fcntl(2)
        const int sealShrinkGrowWrite = 0xF;
        if (FileControl(memoryFile, addSeals, sealShrinkGrowWrite) != 0)
        {
            throw Failure("fcntl");
        }
    }

    /// <summary>Why no unix socket can be at a path: it does not fit into sun_path of unix(7), with the null that ends it. Null where one can.</summary>
    public static string? FindSocketPathFault(string path)
    {
        const int most = 107;
        var length = Encoding.UTF8.GetByteCount(path);
        return length > most ? string.Create(CultureInfo.InvariantCulture, $"its path is {length} bytes long, and {most} are possible") : null;
    }

    /// <summary>Two stream sockets that are connected to each other.</summary>
    public static (SafeFileHandle One, SafeFileHandle Other) SocketPair()
    {
        var descriptors = stackalloc int[2];
        return CreateSocketPair(UnixFamily, StreamSocket | CloseOnExec, 0, descriptors) == 0
            ? (new SafeFileHandle(descriptors[0], ownsHandle: true), new SafeFileHandle(descriptors[1], ownsHandle: true))
            : throw Failure("socketpair");
    }

    /// <summary>Lets a socket hold so many bytes that were sent and not received yet, or as many as this user may have it hold (<c>net.core.wmem_max</c>).</summary>
    public static void HoldUnreceived(SafeFileHandle socket, int bytes)
    {
        if (SetSocketOption(socket, SocketLevel, SendBufferForce, &bytes, sizeof(int)) != 0)
        {
            _ = SetSocketOption(socket, SocketLevel, SendBuffer, &bytes, sizeof(int));
        }
    }

    /// <summary>A unix socket that listens at <paramref name="path"/>, mode 0600 from its first moment.</summary>
    public static SafeFileHandle Listen(string path, int backlog)
    {
        var name = Encoding.UTF8.GetBytes(path);
        Span<byte> address = stackalloc byte[sizeof(ushort) + name.Length + 1];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)UnixFamily);
        name.CopyTo(address[sizeof(ushort)..]);

        var descriptor = CreateSocket(UnixFamily, StreamSocket | CloseOnExec, 0);
        var socket = descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("socket");
        fixed (byte* pointer = address)
        {
            // The mode of a socket's file is that of the socket when it is bound.
            if (ChangeMode(descriptor, OwnerReadsAndWrites) == 0
                && Bind(descriptor, pointer, address.Length) == 0
                && Listen(descriptor, backlog) == 0)
            {
                return socket;
            }
        }

        var failure = Failure(path);
        socket.Dispose();
        throw failure;
    }

    /// <summary>A descriptor of the process itself, or null where there is no such process.</summary>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        var descriptor = (int)SystemCall(SysPidfdOpen, pid, 0, 0, 0);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        return Marshal.GetLastPInvokeError() == NoSuchProcess ? null : throw Failure("pidfd_open");
    }

    /// <summary>Sends a signal to the very process the descriptor was opened for. False when it is gone.</summary>
    public static bool Signal(SafeFileHandle process, int signal) =>
        SystemCall(SysPidfdSendSignal, process, signal, 0, 0) == 0
        || (Marshal.GetLastPInvokeError() == NoSuchProcess ? false : throw Failure("pidfd_send_signal"));

    /// <summary>
    /// Has the kernel keep how a child of ours ended until it is collected. It keeps nothing where SIGCHLD is ignored (wait(2)), and who ignores it hands that on to the
    /// programs that he starts.
    /// </summary>
    public static void KeepStatusOfChildren()
    {
        const int childEnded = 17; // SIGCHLD of signal(7)
        _ = SetHandler(childEnded, 0);
    }

    /// <summary>Collects a child that has ended.</summary>
    /// <returns>Its status as <c>waitpid</c> encodes it; null where it is no child of ours or somebody collected it already.</returns>
    public static int? Reap(int pid)
    {
        int status;
        int result;
        do
        {
            result = WaitForProcess(pid, &status, 0);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);

        return result == pid ? status : null;
    }

    /// <summary>Whether the kernel lets this process use io_uring (containers and hardened hosts often do not).</summary>
    public static bool CanUseIoUring()
    {
        var parameters = stackalloc byte[120];
        new Span<byte>(parameters, 120).Clear();
        var descriptor = (int)SystemCall(SysIoUringSetup, 1, (nint)parameters, 0, 0);
        if (descriptor < 0)
        {
            return false;
        }

        new SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        return true;
    }

    /// <summary>Nanoseconds since the host booted, those in which it was suspended included.</summary>
    public static long SinceBoot()
    {
        const int boottime = 7; // CLOCK_BOOTTIME
        long* time = stackalloc long[2]; // struct timespec
        return ClockGetTime(boottime, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : throw Failure("clock_gettime");
    }

    /// <summary>The text of an errno.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static (int Mode, long Length) ReadStat(byte* statx) =>
        (*(ushort*)(statx + StatxModeOffset), *(long*)(statx + StatxSizeOffset));

    private static IOException Failure(string subject)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{subject}: {Describe(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ResolvePath(string path, byte* resolved);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ClockGetTime(int clock, long* time);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int CreateSocketPair(int family, int type, int protocol, int* descriptors);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSocketOption(SafeFileHandle socket, int level, int option, int* value, int length);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int CreateSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int Listen(int descriptor, int backlog);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitForProcess(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, SafeFileHandle first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte* data, nint length);

    private struct PollDescriptor(int descriptor, short events = PollIn)
    {
        public int Descriptor = descriptor;
        public short Events = events;
        public short Returned = 0;
    }
}

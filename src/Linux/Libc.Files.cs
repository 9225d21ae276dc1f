using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux;

/// <content>What tells one version of a file from another, the room it takes, its names and its lock; statx(2), whose layout is the same everywhere.</content>
internal static unsafe partial class Libc
{
    private const int AtSymlinkNoFollow = 0x100;
    private const int AtStatxDontSync = 0x4000;
    private const int StatxLinksOffset = 16;
    private const int StatxInodeOffset = 32;
    private const int StatxBlocksOffset = 48;
    private const int StatxModifiedOffset = 112;
    private const int StatxDeviceOffset = 136;
    private const int StatxBlockBytes = 512;

    /// <summary>Whether mode bits are those of a regular file (S_IFREG), and not of a directory, a FIFO, a socket or a device.</summary>
    public static bool IsRegular(int mode) => (mode & 0xF000) == 0x8000;

    /// <summary>Whether they are those of a directory (S_IFDIR).</summary>
    public static bool IsDirectory(int mode) => (mode & 0xF000) == 0x4000;

    /// <summary>Whether they are those of a symbolic link (S_IFLNK).</summary>
    public static bool IsLink(int mode) => (mode & 0xF000) == 0xA000;

    /// <summary>Whether they are those of a socket (S_IFSOCK).</summary>
    public static bool IsSocket(int mode) => (mode & 0xF000) == 0xC000;

    /// <summary>Makes a FIFO, which must not exist yet.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static void MakeFifo(string path, int mode)
    {
        if (MakeFifo(path, (uint)mode) != 0)
        {
            throw Failure(path);
        }
    }

    /// <summary>The mode bits (type included) of what is at a path; null where that cannot be told.</summary>
    public static int? TryGetMode(string path, bool followLink)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(AtCurrentDirectory, path, followLink ? 0 : AtSymlinkNoFollow, StatxBasicStats, buffer) == 0 ? ReadStat(buffer).Mode : null;
    }

    /// <summary>Locks an open file as long as it stays open (flock(2)), without waiting.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno; <see cref="WouldBlock"/>: another has locked it.</exception>
    public static void Lock(SafeFileHandle file, string path, bool shared)
    {
        const int lockShared = 1;
        const int lockExclusive = 2;
        const int lockNonBlocking = 4;
        if (FileLock(file, (shared ? lockShared : lockExclusive) | lockNonBlocking) != 0)
        {
            throw Failure(path);
        }
    }

    /// <summary>Lets go of that lock, whoever else has the file open by inheritance.</summary>
    public static void Unlock(SafeFileHandle file)
    {
        const int unlock = 8;
        _ = FileLock(file, unlock);
    }

    /// <summary>
    /// Marks an open file for others to see as long as it stays open (a lock of the open file description, fcntl(2)): that takes no room on its disk, goes with its
    /// process however that dies, and has nothing to do with <see cref="Lock"/>. Idempotent.
    /// </summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static void Mark(SafeFileHandle file, bool marked)
    {
        var region = new FileRegion { Type = marked ? FileRegion.Write : FileRegion.None };
        if (FileControl(file, FileRegion.Set, (nint)(&region)) != 0)
        {
            throw Failure("fcntl");
        }
    }

    /// <summary>Whether somebody else, or another handle of ours, has marked the file.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static bool IsMarked(SafeFileHandle file) => HasLock(file, default);

    /// <summary>Whether somebody else, or another handle of ours, has locked a byte of the file (fcntl(2)), for reading or for writing; it may lie beyond the end.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static bool IsLocked(SafeFileHandle file, long offset) => HasLock(file, new FileRegion { Start = offset, Length = 1 });

    private static bool HasLock(SafeFileHandle file, FileRegion region)
    {
        region.Type = FileRegion.Write;
        return FileControl(file, FileRegion.Get, (nint)(&region)) == 0 ? region.Type != FileRegion.None : throw Failure("fcntl");
    }

    /// <summary>A word that changes when the file is written to or replaced, by path (following symbolic links).</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static string VersionOf(string path)
    {
        var buffer = stackalloc byte[StatxBytes];
        if (Statx(AtCurrentDirectory, path, 0, StatxBasicStats, buffer) != 0)
        {
            throw Failure(path);
        }

        var (inode, length) = (*(ulong*)(buffer + StatxInodeOffset), *(long*)(buffer + StatxSizeOffset));
        var (seconds, nanoseconds) = (*(long*)(buffer + StatxModifiedOffset), *(uint*)(buffer + StatxModifiedOffset + sizeof(long)));
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{inode}-{length}-{seconds}.{nanoseconds:d9}");
    }

    /// <summary>A file's number on its file system, by path (following symbolic links).</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static ulong Inode(string path)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(AtCurrentDirectory, path, 0, StatxBasicStats, buffer) == 0 ? *(ulong*)(buffer + StatxInodeOffset) : throw Failure(path);
    }

    /// <summary>The same of an open file.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static ulong Inode(SafeFileHandle file, string path)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(file, string.Empty, AtEmptyPath, StatxBasicStats, buffer) == 0 ? *(ulong*)(buffer + StatxInodeOffset) : throw Failure(path);
    }

    /// <summary>The bytes a file takes on its disk, holes not counted; of a symbolic link, its own.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static long AllocatedBytes(string path)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(AtCurrentDirectory, path, AtSymlinkNoFollow, StatxBasicStats, buffer) == 0
            ? *(long*)(buffer + StatxBlocksOffset) * StatxBlockBytes
            : throw Failure(path);
    }

    /// <summary>
    /// Which file something is, whatever its name (following symbolic links, those of <c>/proc/PID/fd</c> among them), and how many names it has: none once it is
    /// deleted. As the kernel remembers it: a file server that does not answer is not asked.
    /// </summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static (FileIdentity Identity, uint Links) Identify(string path)
    {
        var buffer = stackalloc byte[StatxBytes];
        return Statx(AtCurrentDirectory, path, AtStatxDontSync, StatxBasicStats, buffer) == 0
            ? (new FileIdentity(*(ulong*)(buffer + StatxDeviceOffset), *(ulong*)(buffer + StatxInodeOffset)), *(uint*)(buffer + StatxLinksOffset))
            : throw Failure(path);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FileLock(SafeFileHandle file, int operation);

    // struct flock of fcntl(2); all of a file, unless it says a start and a length.
    private struct FileRegion
    {
        public const short Write = 1;
        public const short None = 2;
        public const int Get = 36; // F_OFD_GETLK
        public const int Set = 37; // F_OFD_SETLK
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}

/// <summary>What distinguishes a file from every other that exists at the same time.</summary>
/// <param name="Device">Its file system.</param>
/// <param name="Inode">Its number there.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);

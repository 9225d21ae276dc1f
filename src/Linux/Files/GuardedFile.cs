using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux.Files;

/// <summary>
/// The way to open and read what we did not just write: nothing waits for a FIFO's other end, no device is touched, and nobody's huge file fills the memory.
/// Files of our own directories are never symbolic links; those that a user names may be. What steers this program is no stranger's (<see cref="TrustedPath"/>).
/// </summary>
/// <remarks>Messages of its exceptions are reasons, without the path.</remarks>
internal static class GuardedFile
{
    /// <summary>Far more than a journal, a summary or a note ever has, in bytes.</summary>
    public const int MaxOwnBytes = MiB;

    private const int MiB = 1 << 20;
    private const int TypeMask = 0xF000;
    private const int NotDirectory = 20;

    /// <summary>Opens a regular file that a user named, for reading.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">It is no regular file, or cannot be opened.</exception>
    public static SafeFileHandle Open(string path) => Open(path, Libc.ReadOnly, followLink: true);

    /// <summary>Opens a regular file of a directory of ours.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="flags">As open(2) takes them; it is made with mode 0600.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    /// <exception cref="IOException">It is no regular file, or cannot be opened.</exception>
    public static SafeFileHandle OpenOwn(string path, int flags = Libc.ReadOnly) => Open(path, flags, followLink: false);

    /// <summary>Reads a file that a user named, and that steers this program.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="UntrustedPathException">A stranger has a say in it.</exception>
    /// <exception cref="IOException">It is no regular file, too long, or cannot be read.</exception>
    public static byte[] ReadTrusted(string path, int maxBytes)
    {
        using var file = Open(path, Libc.ReadOnly, followLink: true, mustTrust: true);
        return Read(file, maxBytes);
    }

    /// <summary>Reads a file of a directory of ours, of <see cref="MaxOwnBytes"/> at most.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">It is no regular file, too long, or cannot be read.</exception>
    public static byte[] ReadOwn(string path)
    {
        using var file = OpenOwn(path);
        return Read(file, MaxOwnBytes);
    }

    /// <summary>Reads an open file.</summary>
    /// <exception cref="IOException">It is too long, or cannot be read.</exception>
    public static byte[] Read(SafeFileHandle file, int maxBytes)
    {
        var length = RandomAccess.GetLength(file);
        return length <= maxBytes
            ? ReadFrom(file, 0, (int)length)
            : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it is longer than {(maxBytes < MiB ? $"{maxBytes >> 10} KiB" : $"{maxBytes >> 20} MiB")}"));
    }

    /// <summary>Reads a part of an open file, or as much of it as there is.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] ReadFrom(SafeFileHandle file, long offset, int count)
    {
        var content = new byte[count];
        var read = 0;
        while (read < count && RandomAccess.Read(file, content.AsSpan(read), offset + read) is > 0 and var more)
        {
            read += more;
        }

        return content[..read];
    }

    /// <summary>Whether there is a regular file, and no link to one.</summary>
    public static bool IsRegular(string path) => Libc.TryGetMode(path, followLink: false) is { } mode && Libc.IsRegular(mode);

    private static SafeFileHandle Open(string path, int flags, bool followLink, bool mustTrust = false)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new IOException("no file's name holds a NUL");
        }

        try
        {
            // Before opening, since that alone rewinds a tape or starts a watchdog; and after it, because the path may lead elsewhere by then.
            RequireRegular(Libc.TryGetMode(path, followLink));
            var file = Libc.Open(path, flags | Libc.NonBlocking | (followLink ? 0 : Libc.NoFollow), Libc.OwnerReadsAndWrites);
            try
            {
                RequireRegular(Libc.Stat(file, path).Mode);
                if (mustTrust)
                {
                    TrustedPath.Require(file, path);
                }

                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (IOException error) when (error.HResult > 0)
        {
            throw error.HResult switch
            {
                Libc.NoSuchFile or NotDirectory => new FileNotFoundException("there is no such file", path, error),
                Libc.AccessDenied or Libc.NotPermitted => new UnauthorizedAccessException("permission denied", error),
                var other => new IOException(Libc.Describe(other), other),
            };
        }
    }

    private static void RequireRegular(int? mode)
    {
        if (mode is { } known && !Libc.IsRegular(known))
        {
            throw new IOException($"it is {NameOf(known & TypeMask)}, not a regular file");
        }
    }

    private static string NameOf(int type) => type switch
    {
        0x1000 => "a FIFO",
        0x2000 => "a character device",
        0x4000 => "a directory",
        0x6000 => "a block device",
        0xA000 => "a symbolic link",
        0xC000 => "a socket",
        _ => "something else",
    };
}

using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>
/// What libvirt writes down of its QEMUs' own words: <c>NAME.log</c>, to which every domain of the name appends, and which goes on as a new file once it
/// grew too long (virtlogd). Root's daemon lets nobody but root read it.
/// </summary>
/// <param name="directory">Absolute path of the directory; null where nobody knows.</param>
internal sealed class QemuLog(string? directory)
{
    /// <summary>The bound on a copy, in bytes; of more, the last are taken.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Where the daemon of a URI keeps them; null for one on a socket of its own, which may keep them anywhere.</summary>
    public static string? DirectoryOf(string uri) => uri switch
    {
        "qemu:///system" => "/var/log/libvirt/qemu",
        "qemu:///session" => Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
                ? cache
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "libvirt",
            "qemu",
            "log"),
        _ => null,
    };

    /// <summary>Where a domain that is about to be created begins.</summary>
    /// <returns>Null where that cannot be known.</returns>
    public LogPosition? Mark(string domain)
    {
        if (directory is null)
        {
            return null;
        }

        try
        {
            using var file = GuardedFile.Open(PathOf(domain));
            return new LogPosition(Libc.Inode(file, domain), RandomAccess.GetLength(file));
        }
        catch (FileNotFoundException)
        {
            return new LogPosition(0, 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Puts what a machine's QEMU said into its run directory, mode 0600, where there is something and it can be read: evidence, and no more than that.
    /// </summary>
    /// <param name="note">Says where it began.</param>
    /// <param name="files">The machine's.</param>
    public void TryCopy(DomainNote note, MachineFiles files)
    {
        // Whoever destroys a machine removes its files, perhaps this very moment.
        if (directory is null || note.Log is not { } since || files.Note.IsDestroyed)
        {
            return;
        }

        try
        {
            var content = Read(note.Instance, since);
            if (content.Length == 0)
            {
                return;
            }

            PrivateFile.Replace(files.HypervisorLog, content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is somebody else's to read, or the disk is full: the machine's end is told without.
        }
    }

    /// <summary>What a machine's QEMU said so far.</summary>
    /// <param name="note">Says where it began.</param>
    /// <returns>Null where that is not known, or may not be read.</returns>
    public byte[]? TryRead(DomainNote note)
    {
        try
        {
            return directory is null || note.Log is not { } since ? null : Read(note.Instance, since);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private byte[] Read(string domain, LogPosition since)
    {
        using var current = GuardedFile.Open(PathOf(domain));
        if (Libc.Inode(current, domain) == since.Inode)
        {
            // One that is shorter now was begun anew in its place.
            return ReadFrom(current, RandomAccess.GetLength(current) < since.Length ? 0 : since.Length);
        }

        var all = ReadFrom(current, 0);
        if (since.Inode == 0 || TryOpenPrevious(domain) is not { } previous)
        {
            return all;
        }

        using (previous)
        {
            return Libc.Inode(previous, domain) == since.Inode ? [.. ReadFrom(previous, since.Length), .. all] : all;
        }
    }

    private SafeFileHandle? TryOpenPrevious(string domain)
    {
        try
        {
            return GuardedFile.Open(PathOf(domain) + ".0");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] ReadFrom(SafeFileHandle file, long offset)
    {
        var length = RandomAccess.GetLength(file);
        offset = Math.Max(offset, length - MaxBytes);
        return GuardedFile.ReadFrom(file, offset, (int)Math.Max(0, length - offset));
    }

    private string PathOf(string domain) => Path.Combine(directory!, domain + ".log");
}

/// <summary>A place in a log: its end at some moment.</summary>
/// <param name="Inode">The file; 0 where there was none.</param>
/// <param name="Length">How long it was, in bytes.</param>
internal sealed record LogPosition(ulong Inode, long Length);

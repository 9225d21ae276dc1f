namespace Orchestrator.Linux.Files;

/// <summary>Files that are this user's alone (0600).</summary>
internal static class PrivateFile
{
    /// <summary>What the name of a file ends in that is about to replace another.</summary>
    public const string DraftSuffix = ".new";

    /// <summary>Makes a file, which must not exist yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its content.</param>
    /// <param name="durably">It is on the disk when this returns.</param>
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Create(string path, ReadOnlySpan<byte> content, bool durably = false)
    {
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        });
        stream.Write(content);
        stream.Flush(flushToDisk: durably);
    }

    /// <summary>Replaces a file so that a reader, or a crash, sees either the old content or the new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its new content.</param>
    /// <param name="durably">Not even a host that loses its power now finds the old one afterwards.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, bool durably = false)
    {
        var draft = path + DraftSuffix;

        // What somebody who was killed left there, or anybody put there: it is not written through.
        Delete(draft);
        try
        {
            Create(draft, content, durably);
            File.Move(draft, path, overwrite: true);
            if (durably)
            {
                using var directory = Libc.Open(Path.GetDirectoryName(path)!, Libc.ReadOnly);
                RandomAccess.FlushToDisk(directory);
            }
        }
        catch (IOException)
        {
            // A disk that is full is to be no fuller for it.
            Delete(draft);
            throw;
        }
    }

    /// <summary>Deletes a file; one that is missing, with its directory even, is success.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be deleted.</exception>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone all the more.
        }
    }

    /// <summary>Opens a file to append to, which others may read, move and delete meanwhile.</summary>
    /// <exception cref="IOException">It is no regular file, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static FileStream Append(string path) =>
        new(GuardedFile.OpenOwn(path, Libc.WriteOnly | Libc.Append | Libc.Create), FileAccess.Write, bufferSize: 0);
}

namespace Orchestrator.Linux.Files;

/// <summary>Files that are this user's alone (0600).</summary>
internal static class PrivateFile
{
    /// <summary>What the name of a file ends in that is about to replace another.</summary>
    public const string DraftSuffix = ".new";

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Replaces a file so that a reader, or a crash, sees either the old content or the new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its new content.</param>
    /// <param name="durably">Not even a host that loses its power now finds the old one afterwards.</param>
    public static void Replace(string path, byte[] content, bool durably = false)
    {
        var draft = path + DraftSuffix;
        try
        {
            using (var stream = new FileStream(
                draft, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Mode, BufferSize = 0 }))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: durably);
            }

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
    public static FileStream Append(string path) => new(
        path,
        new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = Mode,
            BufferSize = 0,
        });
}

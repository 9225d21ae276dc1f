namespace Orchestrator.Linux.Files;

/// <summary>Reads what is expected to be a small file of our own, whatever lies in its place.</summary>
internal static class GuardedFile
{
    private const int MaxBytes = 16 << 20;

    /// <summary>Reads all of it. Neither a FIFO in its place nor a huge file does harm.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is no regular file, too large, or cannot be read; the message is a reason without the path.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using var file = Libc.Open(path, Libc.ReadOnly | Libc.NonBlocking);
            var (mode, length) = Libc.Stat(file, path);
            if (!Libc.IsRegular(mode))
            {
                throw new IOException("it is no regular file");
            }

            if (length > MaxBytes)
            {
                throw new IOException("it is too large");
            }

            // Whoever writes it replaces it, so that it is what it was when it was opened.
            var content = new byte[length];
            return content[..RandomAccess.Read(file, content, 0)];
        }
        catch (IOException error) when (error.HResult == Libc.NoSuchFile)
        {
            throw new FileNotFoundException(null, path, error);
        }
        catch (IOException error) when (error.HResult > 0)
        {
            throw new IOException(Libc.Describe(error.HResult), error);
        }
    }
}

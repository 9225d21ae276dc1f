using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>Reads a configuration file's bytes, or says why it cannot.</summary>
internal static class SourceFile
{
    /// <summary>The most bytes a file may have: far more than anyone writes, little enough to hold in memory.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    // What people write fits; a larger buffer would cost a start more, in memory touched for the first time, than a few more reads.
    private const int BufferBytes = 4 * 1024;

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads the file, without the byte order mark that some editors put in front.</summary>
    /// <param name="path">The file, as the user named it.</param>
    /// <returns>Its bytes, or null when there is no such file.</returns>
    /// <exception cref="ConfigurationException">It cannot be read, or is too long.</exception>
    public static byte[]? TryRead(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using var content = new MemoryStream();
            var buffer = new byte[BufferBytes];
            while (stream.Read(buffer) is > 0 and var count)
            {
                content.Write(buffer, 0, count);
                if (content.Length > MaximumBytes)
                {
                    throw new ConfigurationException($"{path}: longer than {new ByteSize(MaximumBytes)}: is it the right file?");
                }
            }

            return WithoutMark(content.ToArray());
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            var remedy = Directory.Exists(path) ? "it is a directory: name the file in it" : "permission denied: let this user read it";
            throw new ConfigurationException($"{path}: cannot be read, {remedy}", exception);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            throw new ConfigurationException($"{JsonText.Quote(path)}: cannot be read: {exception.Message}", exception);
        }
    }

    private static byte[] WithoutMark(byte[] bytes) => bytes.AsSpan().StartsWith(Utf8Mark) ? bytes[Utf8Mark.Length..] : bytes;
}

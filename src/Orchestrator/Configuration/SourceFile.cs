using Orchestrator.Drivers;
using Orchestrator.Linux.Files;

namespace Orchestrator.Configuration;

/// <summary>Reads a configuration file's bytes, or says why it cannot.</summary>
internal static class SourceFile
{
    /// <summary>The most bytes a file may have: far more than anyone writes, little enough to hold in memory.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads the file, without the byte order mark that some editors put in front.</summary>
    /// <param name="path">The file, as the user named it.</param>
    /// <returns>Its bytes, or null when there is no such file.</returns>
    /// <exception cref="ConfigurationException">It cannot be read, is too long, or a stranger has a say in it.</exception>
    public static byte[]? TryRead(string path)
    {
        try
        {
            return WithoutMark(GuardedFile.ReadTrusted(path, MaximumBytes));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ConfigurationException($"{path}: cannot be read: permission denied: let this user read it", exception);
        }
        catch (UntrustedPathException exception)
        {
            throw new ConfigurationException($"{path}: not trusted: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            var shown = path.Contains('\0', StringComparison.Ordinal) ? JsonText.Quote(path) : path;
            throw new ConfigurationException($"{shown}: cannot be read: {exception.Message}: is it the right file?", exception);
        }
    }

    private static byte[] WithoutMark(byte[] bytes) => bytes.AsSpan().StartsWith(Utf8Mark) ? bytes[Utf8Mark.Length..] : bytes;
}

using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>
/// Keeps the 200 KB that <c>qemu-img</c> writes for a new overlay, which are the same for every run of an image and a size: a third of a start goes into having
/// them written anew. A cache: what cannot be read or written costs that third and nothing else.
/// </summary>
/// <param name="directory">Where the files are, a directory of this user's alone.</param>
internal sealed class OverlayCache(string directory)
{
    // A host has a handful of images. The rest is of images and sizes that were.
    private const int MostKept = 32;

    private const string Prefix = "overlay-";

    /// <summary>What a draft depends on: whose work it is, and of what.</summary>
    public static string KeyOf(string qemuImg, string basePath, long bytes)
    {
        var program = new FileInfo(qemuImg);
        return Fingerprint.Of(string.Create(
            CultureInfo.InvariantCulture, $"{qemuImg}\0{program.Length}\0{program.LastWriteTimeUtc.Ticks}\0{basePath}\0{bytes}"));
    }

    /// <summary>The draft of that key, open for reading; null where none is kept, or what is kept is another.</summary>
    public SafeFileHandle? Find(string key, string basePath, long bytes)
    {
        SafeFileHandle? file = null;
        try
        {
            file = GuardedFile.OpenOwn(PathOf(key));
            var length = RandomAccess.GetLength(file);
            var header = Qcow2Header.Parse(GuardedFile.ReadFrom(file, 0, (int)Math.Min(length, Qcow2Header.MaxBytes)), length);
            if (header.BackingFile == basePath && header.BackingFormat == "qcow2" && header.VirtualSize == bytes)
            {
                return file;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ImageFormatException)
        {
            // Not there yet, as a rule.
        }

        file?.Dispose();
        return null;
    }

    /// <summary>Keeps a draft for the next run.</summary>
    public void Keep(string key, SafeFileHandle draft)
    {
        try
        {
            Directory.CreateDirectory(directory);
            PrivateFile.Replace(PathOf(key), GuardedFile.Read(draft, GuardedFile.MaxOwnBytes));
            foreach (var old in new DirectoryInfo(directory).EnumerateFiles(Prefix + "*").OrderByDescending(file => file.LastWriteTimeUtc).Skip(MostKept))
            {
                old.Delete();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk, a disk too large for a small draft, or another process that writes the same.
        }
    }

    private string PathOf(string key) => Path.Combine(directory, Prefix + key);
}

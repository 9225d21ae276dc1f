using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>
/// The locks that QEMU and its tools hold on an image that they have open (QEMU's <c>block/file-posix.c</c>): byte 100 + n for what they do with it, byte 200 + n for
/// what they let nobody else do, n being the number of a permission (<c>include/block/block-common.h</c>). Who reads an image, as our machines do, is in nobody's way.
/// </summary>
internal static class ImageLock
{
    /// <summary>Why an image with such a lock is refused; it continues a sentence that begins with the file's name.</summary>
    public const string Reason =
        "is open for writing in another program, such as a QEMU that runs it; end that (fuser -v shows who it is), or let it write to a copy";

    private const long Does = 100;
    private const long Forbids = 200;
    private const int ConsistentRead = 0;
    private const int Write = 1;
    private const int Resize = 3;

    /// <summary>Whether a program has an image open in such a way that QEMU would not boot a machine from it.</summary>
    /// <param name="file">The image, open.</param>
    /// <exception cref="IOException">Its file system does not tell.</exception>
    public static bool IsHeld(SafeFileHandle file) =>
        Libc.IsLocked(file, Does + Write) || Libc.IsLocked(file, Does + Resize) || Libc.IsLocked(file, Forbids + ConsistentRead);

    /// <summary>The image that QEMU said it could not lock, as QEMU calls it: somebody opened it after it was looked at. Null where it said no such thing.</summary>
    public static string? FindRefused(string said)
    {
        const string before = "another process using the image [";
        const string after = "]?";
        var start = said.IndexOf(before, StringComparison.Ordinal) + before.Length;
        var end = start < before.Length ? -1 : said.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? null : said[start..end];
    }
}

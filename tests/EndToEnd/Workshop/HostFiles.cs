using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What files say, and many of them.</summary>
public static partial class HostFiles
{
    // flock(2) says so when somebody else has the file locked.
    private const int WouldBlock = 11;

    // Without symbolic links: they lead anywhere, and in circles.
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The files below a directory, if there is one, that contain a text.</summary>
    public static IReadOnlyList<string> Containing(string directory, string text) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFiles(directory, "*", Everything).Where(path => Contains(path, text))]
        : [];

    /// <summary>Whether a file contains a text.</summary>
    public static bool Contains(string path, string text) => Read(path).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    /// <summary>Makes a directory that takes long to remove: of names of one file, which are made in a tenth of the time that files are.</summary>
    public static void Clutter(string directory)
    {
        const int names = 60_000; // ext4 allows 65,000
        var file = Path.Combine(Directory.CreateDirectory(directory).FullName, "file");
        File.Create(file).Dispose();
        for (var number = 0; number < names; number++)
        {
            Assert.Equal(0, Link(file, Path.Combine(directory, number.ToString(CultureInfo.InvariantCulture))));
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            // What has no length is a socket or a pipe: reading might wait for ever.
            return new FileInfo(path).Length == 0 ? [] : File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or { HResult: WouldBlock })
        {
            return []; // removed meanwhile; or the lock of a program that runs, which holds nothing but a pid
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string another);
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Many files.</summary>
public static partial class HostFiles
{
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

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string another);
}

using System.Runtime.InteropServices;

namespace Orchestrator.Examination;

/// <summary>Asks the kernel for permission without using it: access(2).</summary>
internal static partial class FileAccessProbe
{
    private const int Writable = 2; // W_OK

    /// <summary>Whether this process may make files in a directory.</summary>
    public static bool CanWrite(string directory) => Access(directory, Writable) == 0;

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}

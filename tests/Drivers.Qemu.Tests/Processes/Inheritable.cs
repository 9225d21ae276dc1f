using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Drivers.Qemu.Tests.Processes;

/// <summary>A file that a program started the plain way would inherit, as a shell's <c>exec 9&gt;lock</c> makes one.</summary>
internal static partial class Inheritable
{
    private const int ReadWriteCreate = 0x42;
    private const int PrivateFile = 0x180;

    public static SafeFileHandle Open(string path) => new(OpenFile(path, ReadWriteCreate, PrivateFile), ownsHandle: true);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);
}

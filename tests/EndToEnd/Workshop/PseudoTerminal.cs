using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A terminal (pty(7)) whose keys a test types and whose screen it reads.</summary>
public sealed partial class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int CloseOnExec = 0x80000;
    private const int MostPathBytes = 64;

    private readonly FileStream _keys;
    private readonly SafeFileHandle _screen;
    private readonly SafeFileHandle _slave;

    public PseudoTerminal()
    {
        _screen = Own(OpenMaster(ReadWrite | NoControllingTerminal | CloseOnExec));
        var name = new byte[MostPathBytes];
        Check(Grant(_screen));
        Check(Unlock(_screen));
        Check(NameOf(_screen, name, (nuint)name.Length));
        Path = System.Text.Encoding.UTF8.GetString(name).TrimEnd('\0');

        // Held open here too: what a program leaves the terminal as is to be seen when the program is gone.
        _slave = Own(Open(Path, ReadWrite | NoControllingTerminal | CloseOnExec));
        _keys = new FileStream(_screen, FileAccess.ReadWrite, bufferSize: 0);
        Capture = new LineCapture(_keys);
    }

    /// <summary>Its device.</summary>
    public string Path { get; }

    /// <summary>Everything that was written to it.</summary>
    public LineCapture Capture { get; }

    /// <summary>Types.</summary>
    public void Type(string keys)
    {
        _keys.Write(System.Text.Encoding.UTF8.GetBytes(keys));
        _keys.Flush();
    }

    public void Dispose()
    {
        // The reading of the screen ends when nobody has the terminal open any more.
        _slave.Dispose();
        Capture.Completion.GetAwaiter().GetResult();
        _keys.Dispose();
        _screen.Dispose();
    }

    private static SafeFileHandle Own(int descriptor)
    {
        Check(descriptor < 0 ? descriptor : 0);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new IOException($"no pseudo-terminal: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(SafeFileHandle master, byte[] name, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}

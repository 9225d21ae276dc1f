using System.Runtime.InteropServices;

namespace Orchestrator.Cli;

/// <summary>
/// The terminal at standard input in raw mode (cfmakeraw(3)): each key goes through as it is typed, and none means anything here. Disposing puts it back
/// as it was.
/// </summary>
internal sealed unsafe partial class RawTerminal : IDisposable
{
    private const int StandardInput = 0;
    private const int SetNow = 0;

    // struct termios of glibc and musl is 60 bytes; it is only handed from one function to the next.
    private const int TermiosBytes = 128;

    private readonly byte[] _before;

    private RawTerminal(byte[] before) => _before = before;

    /// <summary>Enters raw mode. Null where standard input is no terminal.</summary>
    public static RawTerminal? TryEnter()
    {
        var before = new byte[TermiosBytes];
        fixed (byte* state = before)
        {
            if (GetAttributes(StandardInput, state) != 0)
            {
                return null;
            }
        }

        var raw = before.ToArray();
        fixed (byte* state = raw)
        {
            MakeRaw(state);
            return SetAttributes(StandardInput, SetNow, state) == 0 ? new RawTerminal(before) : null;
        }
    }

    public void Dispose()
    {
        fixed (byte* state = _before)
        {
            _ = SetAttributes(StandardInput, SetNow, state);
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* state);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* state);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* state);
}

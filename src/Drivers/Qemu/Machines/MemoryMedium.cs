using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>
/// The config drive's medium: an anonymous file in memory, which no path leads to and no disk ever holds. QEMU gets it open for reading while it is empty;
/// it is filled once, before the guest runs, and sealed. When QEMU has closed it, it is gone.
/// </summary>
internal sealed class MemoryMedium : IDisposable
{
    private readonly SafeFileHandle _file = Libc.CreateMemoryFile("config-media");

    /// <summary>Opens it once more, for reading only.</summary>
    /// <exception cref="IOException">There is no <c>/proc</c>, or no descriptor left.</exception>
    public SafeFileHandle OpenForReading() =>
        Libc.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_file.DangerousGetHandle()}"), Libc.ReadOnly);

    /// <summary>Fills it, for good.</summary>
    /// <exception cref="HostException">There is no memory for it.</exception>
    public void Fill(ReadOnlySpan<byte> content)
    {
        try
        {
            RandomAccess.Write(_file, content, 0);
            Libc.Seal(_file);
        }
        catch (IOException exception)
        {
            throw new HostException(HostProblem.Other, $"the config drive's medium cannot be kept in memory: {exception.Message}; free some", exception);
        }
    }

    /// <summary>Lets go of it: what QEMU has is the only one then.</summary>
    public void Dispose() => _file.Dispose();
}

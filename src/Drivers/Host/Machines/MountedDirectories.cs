using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>The directories that a machine's guest may read, open until they are handed over.</summary>
internal sealed class MountedDirectories : IDisposable
{
    private readonly List<SafeFileHandle> _directories = [];

    /// <summary>Opens them.</summary>
    /// <exception cref="HostException">One is not to be had; none is open then.</exception>
    public MountedDirectories(MachineDescription machine)
    {
        try
        {
            foreach (var mount in machine.Mounts)
            {
                _directories.Add(MountSources.Open(mount));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The directories, in the order of the description.</summary>
    public IReadOnlyList<SafeFileHandle> Directories => _directories;

    public void Dispose() => _directories.ForEach(directory => directory.Dispose());
}

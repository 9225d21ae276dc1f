using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>The directories of this host that guests may read.</summary>
internal static class MountSources
{
    private const int NotDirectory = 20;

    /// <summary>
    /// Refuses a machine some of whose directories are not there, not ours or root's alone to change, or not to be read by us or by those that QEMU is to run as.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="users">Finds out whom QEMU runs as, ourselves where it says null; null where that is not to be asked.</param>
    /// <exception cref="HostException">The message names the directory.</exception>
    public static void Require(MachineDescription machine, Func<MachineUsers?>? users = null)
    {
        foreach (var mount in machine.Mounts)
        {
            using var directory = Open(mount);
            if (users?.Invoke() is { } others && !others.MayRead(directory, mount.Source))
            {
                throw new HostException(
                    HostProblem.PermissionDenied,
                    $"{Describe(mount)}: {(others.AreSeparate ? "the users that QEMUs run as" : others.Name + ", whom QEMU runs as,")} may not read it: "
                        + $"chmod o+rx {mount.Source}");
            }
        }
    }

    /// <summary>The same machine, with no link left in the directories' paths: what goes by them gets where was looked.</summary>
    /// <exception cref="HostException">One is not there, or a stranger has a say in it.</exception>
    public static MachineDescription Resolve(MachineDescription machine) => machine with
    {
        Mounts = [.. machine.Mounts.Select(mount => mount with { Source = Try(mount, TrustedPath.Require) })],
    };

    /// <summary>Opens one of them. What is open is what was looked at, whatever its path leads to by now.</summary>
    /// <exception cref="HostException">It is not there, a stranger has a say in it, or it may not be read.</exception>
    public static SafeFileHandle Open(Mount mount) => Try(mount, source =>
    {
        var directory = Libc.Open(source, Libc.ReadOnly | Libc.DirectoryOnly);
        try
        {
            TrustedPath.Require(directory, source);
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    });

    private static T Try<T>(Mount mount, Func<string, T> act)
    {
        try
        {
            return act(mount.Source);
        }
        catch (UntrustedPathException exception)
        {
            throw new HostException(HostProblem.PermissionDenied, $"{Describe(mount)}: not trusted: {exception.Message}", exception);
        }
        catch (IOException exception) when (exception.HResult is Libc.NoSuchFile or NotDirectory)
        {
            throw new HostException(HostProblem.Other, $"{Describe(mount)}: there is no such directory: make it, or correct the instance's \"mounts\"", exception);
        }
        catch (IOException exception)
        {
            throw HostException.OfFile(exception, Describe(mount), "let this user read it, or correct the instance's \"mounts\"");
        }
    }

    private static string Describe(Mount mount) => $"mount {mount.Tag}: {mount.Source}";
}

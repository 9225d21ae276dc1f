using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>Removes what a driver made in a run directory.</summary>
internal static class MadeFiles
{
    /// <summary>Removes everything in a run directory that is a driver's.</summary>
    /// <param name="directory">Absolute path of the run directory.</param>
    /// <param name="own">The files of the driver's own.</param>
    /// <exception cref="HostException">Something cannot be removed.</exception>
    public static void Remove(string directory, IReadOnlyList<DriverFile> own)
    {
        // The note after what it is about: as long as anything is left, it says whose. Then the mark: who finds the note finds that as well.
        var notes = own.Where(file => file.Role == DriverFileRole.Note).Select(file => file.Name).ToList();
        string[] shared = [RunFiles.OldConfigMedia, RunFiles.Overlay, RunFiles.ConsoleLog, RunFiles.HypervisorLog];
        Remove(shared.Concat(own.Select(file => file.Name).Except(notes)).Concat(notes.Select(note => note + PrivateFile.DraftSuffix)).Concat(notes)
            .Append(RunFiles.Destroyed).Select(name => Path.Combine(directory, name)));
    }

    /// <summary>Removes files, those that do not exist included. A directory in the place of one goes with the run's.</summary>
    /// <param name="paths">Absolute paths, in the order of removal.</param>
    /// <exception cref="HostException">One cannot be removed.</exception>
    public static void Remove(IEnumerable<string> paths)
    {
        foreach (var path in paths.Where(path => !Directory.Exists(path)))
        {
            try
            {
                PrivateFile.Delete(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw HostException.OfFile(exception, $"'{path}' cannot be removed", "remove it as root");
            }
        }
    }
}

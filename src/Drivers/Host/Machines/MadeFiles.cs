namespace Orchestrator.Drivers.Host.Machines;

/// <summary>Removes what a driver made in a run directory.</summary>
internal static class MadeFiles
{
    /// <summary>Removes files, those that do not exist included. A directory that is gone is success.</summary>
    /// <param name="paths">Absolute paths, in the order of removal.</param>
    /// <exception cref="HostException">One cannot be removed.</exception>
    public static void Remove(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            try
            {
                File.Delete(path);
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new HostException(HostProblem.PermissionDenied, $"{path} cannot be removed: {exception.Message}", exception);
            }
        }
    }
}

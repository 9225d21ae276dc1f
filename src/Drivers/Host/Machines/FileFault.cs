using Orchestrator.Linux;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>Says in one line why a file of a run could not be made.</summary>
internal static class FileFault
{
    private const int FileExists = 17;
    private const int TooManyOpenFiles = 24;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>The exception for what was caught while a run directory was filled.</summary>
    public static HostException Explain(Exception exception, string runDirectory) => exception switch
    {
        IOException { HResult: Libc.NoSpace or QuotaExceeded } => new HostException(
            HostProblem.StorageFull, $"{runDirectory}: no space left on its file system; free some, or name another state directory with --state-dir", exception),
        UnauthorizedAccessException or IOException { HResult: Libc.AccessDenied or Libc.NotPermitted or ReadOnlyFileSystem } => new HostException(
            HostProblem.PermissionDenied, $"{runDirectory} cannot be written to: {exception.Message}; name another state directory with --state-dir", exception),
        IOException { HResult: FileExists } => new HostException(
            HostProblem.Other, $"{exception.Message}: the run directory is not empty; a run needs one of its own", exception),
        IOException { HResult: TooManyOpenFiles } => new HostException(
            HostProblem.Other, $"{exception.Message}: too many files are open; raise the limit: ulimit -n", exception),
        _ => new HostException(HostProblem.Other, $"{runDirectory}: {exception.Message}", exception),
    };
}

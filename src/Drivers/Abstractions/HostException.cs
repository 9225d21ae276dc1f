namespace Orchestrator.Drivers;

/// <summary>The host, or a service it depends on, cannot do what was asked. Exit code 3.</summary>
/// <param name="problem">The kind of problem, for code that can do something about it.</param>
/// <param name="message">The thing, why, and the remedy, on one line.</param>
/// <param name="innerException">What was caught, if anything; shown with <c>--verbose</c> only.</param>
public sealed class HostException(HostProblem problem, string message, Exception? innerException = null)
    : OrchestratorException(message, innerException)
{
    /// <summary>The kind of problem.</summary>
    public HostProblem Problem { get; } = problem;

    /// <summary>When whatever refuses for the time being is to be asked again: GitHub's rate limit says so. Null where nobody can tell.</summary>
    public DateTimeOffset? TryAgain { get; init; }

    /// <summary>What the file system refused.</summary>
    /// <param name="error">What was caught.</param>
    /// <param name="thing">The file or directory, as the line's subject.</param>
    /// <param name="remedy">What to do where the error itself does not say it.</param>
    public static HostException OfFile(Exception error, string thing, string remedy)
    {
        // errno(3) on Linux; .NET hands the raw number on as IOException.HResult.
        const int notPermitted = 1;
        const int accessDenied = 13;
        const int exists = 17;
        const int tooManyOpenFiles = 24;
        const int noSpaceLeft = 28;
        const int readOnlyFileSystem = 30;
        const int quotaExceeded = 122;
        var why = error.Message.TrimEnd('.');
        return error switch
        {
            UnauthorizedAccessException or { HResult: accessDenied or notPermitted } =>
                new HostException(HostProblem.PermissionDenied, $"{thing}: permission denied; {remedy}", error),
            { HResult: readOnlyFileSystem } =>
                new HostException(HostProblem.PermissionDenied, $"{thing}: the file system is read-only; {remedy}", error),
            { HResult: noSpaceLeft or quotaExceeded } =>
                new HostException(HostProblem.StorageFull, $"{thing}: no space left on the file system; free some, or {remedy}", error),
            { HResult: exists } => new HostException(HostProblem.Other, $"{thing}: {why}: a run needs a directory of its own; {remedy}", error),
            { HResult: tooManyOpenFiles } => new HostException(HostProblem.Other, $"{thing}: {why}; raise the limit: ulimit -n", error),
            _ => new HostException(HostProblem.Other, $"{thing}: {why}; {remedy}", error),
        };
    }
}

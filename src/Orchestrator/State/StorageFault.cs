using Orchestrator.Drivers;

namespace Orchestrator.State;

/// <summary>Turns what the file system refused into the line a user can act on.</summary>
internal static class StorageFault
{
    // errno(3) on Linux; .NET hands the raw number on as IOException.HResult.
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <param name="error">What was caught.</param>
    /// <param name="thing">The file or directory, as the line's subject.</param>
    /// <param name="remedy">What to do when it is not about space.</param>
    public static HostException Explain(Exception error, string thing, string remedy) => error switch
    {
        UnauthorizedAccessException =>
            new HostException(HostProblem.PermissionDenied, $"{thing}: permission denied; {remedy}", error),
        { HResult: ReadOnlyFileSystem } =>
            new HostException(HostProblem.PermissionDenied, $"{thing}: the file system is read-only; {remedy}", error),
        { HResult: NoSpaceLeft or QuotaExceeded } =>
            new HostException(HostProblem.StorageFull, $"{thing}: no space left on the file system; free some, or {remedy}", error),
        _ => new HostException(HostProblem.Other, $"{thing}: {error.Message.TrimEnd('.')}; {remedy}", error),
    };
}

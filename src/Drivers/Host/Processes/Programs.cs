using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Host.Processes;

/// <summary>Finds the programs the driver runs.</summary>
internal static class Programs
{
    // Where administrators' tools live; a user's PATH often lacks the sbin directories.
    private static readonly string[] UsualDirectories = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>The absolute path of a program on <c>PATH</c> or in the usual directories.</summary>
    /// <param name="name">A bare name, or a path (a setting's value), which is then only checked.</param>
    /// <param name="package">The Debian package that has it, for the remedy.</param>
    /// <exception cref="HostException">It is nowhere, or a stranger has a say in it.</exception>
    public static string Find(string name, string package) => TryFind(name)
        ?? throw new HostException(
            HostProblem.MissingProgram,
            name.Contains('/', StringComparison.Ordinal)
                ? $"{name} is not an executable file; correct the qemu.binary setting or install the package {package}"
                : $"{name} is not installed; install it: apt-get install {package}");

    /// <summary>The same, or null where it is nowhere.</summary>
    /// <exception cref="HostException">A stranger has a say in it.</exception>
    public static string? TryFind(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        var candidates = name.Contains('/', StringComparison.Ordinal)
            ? [Path.GetFullPath(name)]
            : path.Split(':')
                .Where(Path.IsPathRooted)
                .Concat(UsualDirectories)
                .Select(directory => Path.Combine(directory, name));
        if (candidates.FirstOrDefault(IsExecutable) is not { } program)
        {
            return null;
        }

        try
        {
            TrustedPath.Require(program);
            return program;
        }
        catch (IOException exception)
        {
            throw new HostException(HostProblem.PermissionDenied, $"{program}: not trusted: {exception.Message}", exception);
        }
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode anyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (File.GetUnixFileMode(path) & anyExecute) != 0;
    }
}

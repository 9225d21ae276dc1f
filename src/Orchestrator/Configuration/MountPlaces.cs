using Orchestrator.Linux.Files;

namespace Orchestrator.Configuration;

/// <summary>
/// Which directories of the host may be shared with guests: those that strangers have no say in, as all that steers the program, and that have no secrets by
/// their nature. What is in them is for whoever shares them to know.
/// </summary>
internal static class MountPlaces
{
    private const string Homes = "/home";
    private const string Caches = ".cache";
    private const string Remedy = "name a directory that has nothing else in it, such as /srv/cache";

    // /root is a home too, and root's QEMU may be root.
    private static readonly string[] Closed = ["/boot", "/dev", "/etc", "/proc", "/root", "/run", "/sys"];

    /// <summary>Looks for what is wrong with a directory. One that is not there is for the driver to miss.</summary>
    /// <param name="source">Its absolute path.</param>
    /// <param name="settings">Say where what is ours lies.</param>
    /// <returns>Why it is not shared, and the remedy; null where it may be.</returns>
    public static string? FindFault(string source, HostSettings settings)
    {
        string directory;
        try
        {
            directory = TrustedPath.Require(source);
        }
        catch (UntrustedPathException exception)
        {
            return $"not trusted: {exception.Message}";
        }
        catch (IOException)
        {
            return null;
        }

        // Also as it is written: what a link of /proc leads to is another thing for another process.
        string[] places = [.. Closed, Resolve(settings.StateDirectory), .. settings.GitHub.Credentials.Files.Select(Resolve)];
        return FindOverlap(directory, places) ?? FindOverlap(Path.GetFullPath(source), places) ?? FindHome(directory);
    }

    private static string? FindOverlap(string directory, IEnumerable<string> places) =>
        places.FirstOrDefault(place => IsWithin(directory, place) || IsWithin(place, directory)) is { } place
            ? $"{(place == directory ? directory : IsWithin(directory, place) ? $"{directory} is in {place}, which" : $"{directory} has {place} in it, which")}"
                + $" is shown to no guest: {Remedy}"
            : null;

    private static string? FindHome(string directory)
    {
        if (IsWithin(Homes, directory))
        {
            return $"{directory} has people's homes in it: {Remedy}";
        }

        var own = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var below = IsWithin(directory, Homes) ? Path.GetRelativePath(Homes, directory).Split('/', 2).ElementAtOrDefault(1) ?? ""
            : own.Length > 1 && IsWithin(own, directory) ? ""
            : own.Length > 1 && IsWithin(directory, own) ? Path.GetRelativePath(own, directory)
            : null;
        return below switch
        {
            null => null,
            "" => $"{directory} is somebody's home, with keys and passwords in it: name a directory below it that has nothing else",
            ['.', ..] when below.Split('/')[0] != Caches => $"{directory} is where programs keep their settings and keys: {Remedy}",
            _ => null,
        };
    }

    private static bool IsWithin(string path, string directory) =>
        directory == "/" || path == directory || path.StartsWith(directory + '/', StringComparison.Ordinal);

    // What is ours is trusted, as a rule, and where it is not there are no links to speak of.
    private static string Resolve(string path)
    {
        try
        {
            return TrustedPath.Require(path);
        }
        catch (IOException)
        {
            return path;
        }
    }
}

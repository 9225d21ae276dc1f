using Orchestrator.Linux.Files;

namespace Orchestrator.Configuration;

/// <summary>
/// Which directories of the host may be shared with guests: those that strangers have no say in, as all that steers the program, and that have no secrets by
/// their nature. What is in them is for whoever shares them to know.
/// </summary>
internal static class MountPlaces
{
    private const string Homes = "/home";
    private const string Accounts = "/etc/passwd";
    private const string Caches = ".cache";
    private const string Remedy = "name a directory that has nothing else in it, such as /srv/cache";

    // /root is a home too, and root's QEMU may be root. What services keep below /var/lib is databases, keys and other machines' disks, each in a way of its own,
    // which no list of ours could know; a directory for guests has better places.
    private static readonly string[] Closed =
    [
        "/boot", "/dev", "/etc", "/proc", "/root", "/run", "/sys", "/var/backups", "/var/lib", "/var/log", "/var/mail", "/var/spool",
    ];

    // Users who need no home have these for one: Debian's bin, daemon, games and proxy.
    private static readonly string[] Programs = ["/bin", "/sbin", "/usr"];

    /// <summary>Looks for what is wrong with a directory. One that is not there is for the driver to miss.</summary>
    /// <param name="source">Its absolute path.</param>
    /// <param name="settings">Say where what is ours lies.</param>
    /// <param name="instances">The file that names it, whose configs may well hold secrets.</param>
    /// <param name="accounts">Says where users are at home (passwd(5)).</param>
    /// <returns>Why it is not shared, and the remedy; null where it may be.</returns>
    public static string? FindFault(string source, HostSettings settings, string instances, string accounts = Accounts)
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
        string[] places = [.. Closed, settings.StateDirectory, .. settings.GitHub.Credentials.Files, .. settings.Files, Path.GetFullPath(instances)];
        places = [.. places.Concat(places.Select(Resolve)).Distinct()];
        return FindOverlap(directory, places) ?? FindOverlap(Path.GetFullPath(source), places) ?? FindHome(directory, accounts);
    }

    /// <summary>Looks for a directory that shows a file to guests.</summary>
    /// <param name="file">The file's absolute path.</param>
    /// <param name="sources">The directories that are shared.</param>
    /// <returns>Which does; null where none.</returns>
    public static string? FindShowing(string file, IEnumerable<string> sources)
    {
        string[] paths = [Path.GetFullPath(file), Resolve(file)];
        return sources.FirstOrDefault(source => paths.Any(path => IsWithin(path, Path.GetFullPath(source)) || IsWithin(path, Resolve(source))));
    }

    private static string? FindOverlap(string directory, IEnumerable<string> places) =>
        places.FirstOrDefault(place => IsWithin(directory, place) || IsWithin(place, directory)) is { } place
            ? $"{(place == directory ? directory : IsWithin(directory, place) ? $"{directory} is in {place}, which" : $"{directory} has {place} in it, which")}"
                + $" is shown to no guest: {Remedy}"
            : null;

    private static string? FindHome(string directory, string accounts)
    {
        var homes = Resolve(Homes);
        if (IsWithin(homes, directory))
        {
            return $"{directory} has people's homes in it: {Remedy}";
        }

        // Those of users whom a directory service knows are below /home, as a rule.
        string[] known =
        [
            .. IsWithin(directory, homes) ? [Path.Combine(homes, Path.GetRelativePath(homes, directory).Split('/')[0])] : Array.Empty<string>(),
            Resolve(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)),
            .. HomesIn(accounts),
        ];
        return known.Where(home => home.Length > 1).Select(home => FindHomeFault(directory, home)).FirstOrDefault(fault => fault is not null);
    }

    private static string? FindHomeFault(string directory, string home) =>
        directory == home ? $"{directory} is somebody's home, with keys and passwords in it: name a directory below it that has nothing else"
            : IsWithin(home, directory) ? $"{directory} has {home} in it, which is somebody's home: {Remedy}"
            : IsWithin(directory, home) && Path.GetRelativePath(home, directory).Split('/')[0] is ['.', ..] hidden && hidden != Caches
                ? $"{directory} is where programs keep their settings and keys: {Remedy}"
            : null;

    private static IEnumerable<string> HomesIn(string accounts)
    {
        const int home = 5; // NAME:PASSWORD:UID:GID:GECOS:HOME:SHELL
        return from line in File.Exists(accounts) ? File.ReadLines(accounts) : []
               let fields = line.Split(':')
               where fields.Length > home && Path.IsPathRooted(fields[home])
               let path = Resolve(Path.GetFullPath(fields[home]))
               where !Programs.Any(programs => IsWithin(path, programs))
               select path;
    }

    private static bool IsWithin(string path, string directory) =>
        directory == "/" || path == directory || path.StartsWith(directory + '/', StringComparison.Ordinal);

    // What is ours is trusted, as a rule, and where it is not there are no links to speak of.
    private static string Resolve(string path)
    {
        if (path.Length == 0)
        {
            return path; // which no directory is in
        }

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

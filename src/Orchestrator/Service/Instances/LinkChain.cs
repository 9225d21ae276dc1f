namespace Orchestrator.Service.Instances;

/// <summary>The names on which it depends what is found under a path: every symbolic link on the way, of a directory too, and where they lead.</summary>
internal static class LinkChain
{
    // As many as the kernel follows: path_resolution(7).
    private const int MostLinks = 40;

    /// <summary>Follows a path, as far as it leads.</summary>
    /// <param name="path">Absolute.</param>
    /// <returns>The path, the links, and the path without any; none of them twice.</returns>
    public static IReadOnlySet<string> Of(string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { path };
        var current = path;
        for (var followed = 0; followed < MostLinks && Follow(current) is var (link, next); followed++)
        {
            names.Add(link);
            names.Add(current = next);
        }

        return names;
    }

    /// <returns>The first link on the way, and the path with that link replaced by what it says; null where there is none.</returns>
    private static (string Link, string Path)? Follow(string path)
    {
        for (var end = path.IndexOf('/', 1); ; end = path.IndexOf('/', end + 1))
        {
            var name = end < 0 ? path : path[..end];
            if (TargetOf(name) is { } target)
            {
                var place = Path.GetFullPath(target, Path.GetDirectoryName(name) ?? "/");
                return (name, end < 0 ? place : Path.Join(place, path[end..]));
            }

            if (end < 0)
            {
                return null;
            }
        }
    }

    private static string? TargetOf(string name)
    {
        try
        {
            return new FileInfo(name).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // whoever reads the file will say so
        }
    }
}

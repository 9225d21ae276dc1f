using System.Text.RegularExpressions;
using Orchestrator.Configuration;

namespace Orchestrator.Images;

/// <summary>
/// A list of files' digests, as <c>sha256sum</c> and its <c>--tag</c> print it, and as distributions publish it: <c>HEX  NAME</c>, <c>HEX *NAME</c>,
/// <c>SHA256 (NAME) = HEX</c>. Other lines, such as comments and a signature's, say nothing.
/// </summary>
internal static partial class ChecksumList
{
    private const int Sha256Digits = 64;

    /// <summary>Looks for a file.</summary>
    /// <param name="text">The list.</param>
    /// <param name="name">The file's name, without directories.</param>
    /// <param name="problem">Why there is no digest to go by, as the rest of a line; null where there is.</param>
    public static Sha256Digest? Find(string text, string name, out string? problem)
    {
        var listed = text.Split('\n').Select(Read).Where(line => line?.Name == name).Select(line => line!.Value.Digest).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var found = listed.Where(digest => digest.Length == Sha256Digits).ToList();
        problem = (listed.Count, found.Count) switch
        {
            (0, _) => $"does not list {name}: is it the list for that file?",
            (_, 0) => $"lists {name} with digests of another kind only: name its list of SHA-256 digests, or say the digest itself",
            (_, > 1) => $"lists {name} with {found.Count} digests: say which it is",
            _ => null,
        };
        return problem is null ? Sha256Digest.TryParse(found[0]) : null;
    }

    private static (string Name, string Digest)? Read(string line)
    {
        line = line.TrimEnd('\r', ' ');
        var match = Plain().Match(line) is { Success: true } plain ? plain : Tagged().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var name = match.Groups["name"].Value;
        return (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name, match.Groups["digest"].Value);
    }

    [GeneratedRegex("^(?<digest>[0-9A-Fa-f]{32,128}) [ *](?<name>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^[A-Z0-9/-]+ \((?<name>.+)\) = (?<digest>[0-9A-Fa-f]{32,128})$", RegexOptions.CultureInvariant)]
    private static partial Regex Tagged();
}

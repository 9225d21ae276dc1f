using System.Buffers;
using Orchestrator.Configuration;

namespace Orchestrator.GitHub;

/// <summary>A repository on GitHub: <c>OWNER/REPO</c>.</summary>
internal readonly record struct GitHubRepository(string Owner, string Name)
{
    private const int LongestOwner = 100;
    private const int LongestName = 100;

    // An enterprise's managed users have an underscore in their names.
    private static readonly SearchValues<char> OwnerCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>The API's path to it.</summary>
    public string Path => $"repos/{Owner}/{Name}";

    /// <summary>The API's path to its runners.</summary>
    public string RunnersPath => $"{Path}/actions/runners";

    /// <summary>Judges what should be one.</summary>
    /// <returns>What is wrong and the remedy; null when nothing is.</returns>
    public static string? Validate(string text) =>
        TryParse(text, out _) ? null : $"{JsonText.Quote(text)} is not a repository: write OWNER/REPO, as in the repository's address";

    /// <summary>Reads one that was validated.</summary>
    public static GitHubRepository Parse(string text) =>
        TryParse(text, out var repository) ? repository : throw new ArgumentException(Validate(text), nameof(text));

    private static bool TryParse(string text, out GitHubRepository repository)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        repository = new GitHubRepository(slash < 0 ? "" : text[..slash], text[(slash + 1)..]);
        return repository.Owner.Length is > 0 and <= LongestOwner
            && !repository.Owner.AsSpan().ContainsAnyExcept(OwnerCharacters)
            && repository.Name.Length is > 0 and <= LongestName
            && !repository.Name.AsSpan().ContainsAnyExcept(NameCharacters)
            && repository.Name is not ("." or "..");
    }
}

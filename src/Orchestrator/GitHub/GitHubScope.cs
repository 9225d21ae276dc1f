using System.Buffers;
using Orchestrator.Configuration;

namespace Orchestrator.GitHub;

/// <summary>What has runners on GitHub: a repository, or an organization.</summary>
/// <param name="Owner">The organization, or the user or organization that has the repository.</param>
/// <param name="Repository">The repository's name; null for the organization itself.</param>
internal readonly record struct GitHubScope(string Owner, string? Repository)
{
    private const int LongestOwner = 100;
    private const int LongestName = 100;
    private const string Repositories = "repos/";
    private const string Organizations = "orgs/";

    // An enterprise's managed users have an underscore in their names.
    private static readonly SearchValues<char> OwnerCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>The API's path to it.</summary>
    public string Path => $"{(Repository is null ? Organizations : Repositories)}{this}";

    /// <summary>The API's path to its runners.</summary>
    public string RunnersPath => $"{Path}/actions/runners";

    /// <summary>The API's path to an App's installation for it.</summary>
    public string InstallationPath => $"{Path}/installation";

    /// <summary>What it is, for messages.</summary>
    public string Noun => Repository is null ? "organization" : "repository";

    /// <summary>What a fine-grained token or a GitHub App needs to register runners with it, for messages.</summary>
    public string Permission => Repository is null
        ? "the organization permission \"Self-hosted runners: read and write\""
        : "the repository permission \"Administration: read and write\"";

    /// <summary>What a classic token needs, for messages.</summary>
    public string ClassicPermission => Repository is null
        ? "the scope \"admin:org\" and an owner who is an owner of the organization"
        : "the scope \"repo\" and an owner who is an admin of the repository";

    /// <summary>What an App's token is to be good for, and nothing else.</summary>
    public AccessTokenRequestModel TokenRequest => Repository is { } repository
        ? new([repository], new Dictionary<string, string> { ["administration"] = "write" })
        : new(null, new Dictionary<string, string> { ["organization_self_hosted_runners"] = "write" });

    /// <summary>Judges what should be a repository.</summary>
    /// <returns>What is wrong and the remedy; null when nothing is.</returns>
    public static string? Validate(string text) =>
        TryParse(text, out _) ? null : $"{JsonText.Quote(text)} is not a repository: write OWNER/REPO, as in the repository's address";

    /// <summary>Reads a repository that was validated.</summary>
    public static GitHubScope Parse(string text) =>
        TryParse(text, out var scope) ? scope : throw new ArgumentException(Validate(text), nameof(text));

    /// <summary>The one that a path of the API leads to; null where it leads to none.</summary>
    public static GitHubScope? OfPath(string path) =>
        path.StartsWith(Repositories, StringComparison.Ordinal) && TryParse(path[Repositories.Length..], out var repository) ? repository
        : path.StartsWith(Organizations, StringComparison.Ordinal) && IsOwner(path[Organizations.Length..]) ? new GitHubScope(path[Organizations.Length..], null)
        : null;

    /// <summary>As its address at GitHub ends.</summary>
    public override string ToString() => Repository is null ? Owner : $"{Owner}/{Repository}";

    private static bool TryParse(string text, out GitHubScope scope)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (owner, name) = (slash < 0 ? "" : text[..slash], text[(slash + 1)..]);
        scope = new GitHubScope(owner, name);
        return IsOwner(owner)
            && name.Length is > 0 and <= LongestName
            && !name.AsSpan().ContainsAnyExcept(NameCharacters)
            && name is not ("." or "..");
    }

    private static bool IsOwner(string text) => text.Length is > 0 and <= LongestOwner && !text.AsSpan().ContainsAnyExcept(OwnerCharacters);
}

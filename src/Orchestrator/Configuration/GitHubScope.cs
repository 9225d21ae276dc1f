using System.Buffers;

namespace Orchestrator.Configuration;

/// <summary>
/// What a runner belongs to, as its web address says it after the host: a repository (<c>OWNER/REPO</c>), an organization (<c>ORG</c>) or an enterprise
/// (<c>enterprises/NAME</c>).
/// </summary>
internal sealed record GitHubScope
{
    /// <summary>How it is written.</summary>
    public const string Usage = "OWNER/REPO|ORG";

    /// <summary>The same as a regular expression of JSON Schema's.</summary>
    public const string Pattern = @"^[A-Za-z0-9_-]{1,100}(/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100})?$";

    private const int LongestName = 100;
    private const string Repositories = "repos";
    private const string Organizations = "orgs";
    private const string Enterprises = "enterprises";

    // An enterprise's managed users have an underscore in their names.
    private static readonly SearchValues<char> OwnerCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly string _collection;

    private GitHubScope(string collection, string owner, string? repository)
    {
        (_collection, Owner, Repository) = (collection, owner, repository);
    }

    /// <summary>Whose repository, or the organization's or enterprise's own name.</summary>
    public string Owner { get; }

    /// <summary>The repository's name; null where it is none.</summary>
    public string? Repository { get; }

    /// <summary>It is an enterprise, which only a classic token can command.</summary>
    public bool IsEnterprise => _collection == Enterprises;

    /// <summary>The API's path to it.</summary>
    public string Path => Repository is null ? $"{_collection}/{Owner}" : $"{_collection}/{Owner}/{Repository}";

    /// <summary>The API's path to its runners.</summary>
    public string RunnersPath => $"{Path}/actions/runners";

    /// <summary>The API's path to its groups of runners; null where it has one only.</summary>
    public string? GroupsPath => Repository is null ? $"{Path}/actions/runner-groups" : null;

    /// <summary>The API's path to an App's installation for it.</summary>
    public string InstallationPath => $"{Path}/installation";

    /// <summary>What it is, for messages.</summary>
    public string Noun => _collection switch { Repositories => "repository", Organizations => "organization", _ => "enterprise" };

    /// <summary>What a fine-grained token or a GitHub App needs to register runners with it, for messages; null where only a classic token may.</summary>
    public string? Permission => _collection switch
    {
        Repositories => "the repository permission \"Administration: read and write\"",
        Organizations => "the organization permission \"Self-hosted runners: read and write\"",
        _ => null,
    };

    /// <summary>What a classic token needs, for messages.</summary>
    public string ClassicPermission => _collection switch
    {
        Repositories => "the scope \"repo\" and an owner who is an admin of the repository",
        Organizations => "the scope \"admin:org\" and an owner who owns the organization",
        _ => "the scope \"manage_runners:enterprise\" and an owner who owns the enterprise",
    };

    /// <summary>Judges what should be one.</summary>
    /// <returns>What is wrong and the remedy; null when nothing is.</returns>
    public static string? Validate(string text) => TryParse(text) is null
        ? $"{JsonText.Quote(text)} is neither a repository nor an organization: write OWNER/REPO, ORG or {Enterprises}/NAME, as in its address"
        : null;

    /// <summary>Reads one that was validated.</summary>
    public static GitHubScope Parse(string text) => TryParse(text) ?? throw new ArgumentException(Validate(text), nameof(text));

    /// <summary>The one that a path of the API leads to; null where it leads to none.</summary>
    public static GitHubScope? OfPath(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var scope = slash < 0 ? null : TryParse(path[..slash] == Enterprises ? path : path[(slash + 1)..]);
        return scope?.Path == path ? scope : null;
    }

    /// <summary>As it is written.</summary>
    public override string ToString() => _collection == Enterprises ? Path : Repository is null ? Owner : $"{Owner}/{Repository}";

    private static GitHubScope? TryParse(string text) => text.Split('/') switch
    {
        [Enterprises, var enterprise] when IsOwner(enterprise) => new GitHubScope(Enterprises, enterprise, null),
        [var owner, var repository] when IsOwner(owner) && IsRepository(repository) => new GitHubScope(Repositories, owner, repository),
        [var organization] when IsOwner(organization) => new GitHubScope(Organizations, organization, null),
        _ => null,
    };

    private static bool IsOwner(string name) => name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept(OwnerCharacters);

    private static bool IsRepository(string name) =>
        name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept(NameCharacters) && name is not ("." or "..");
}

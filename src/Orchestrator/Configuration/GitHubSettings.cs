namespace Orchestrator.Configuration;

/// <summary>How GitHub is reached.</summary>
public sealed record GitHubSettings
{
    /// <summary>The address of GitHub's REST API, as the user gave it.</summary>
    public Uri ApiUrl { get; init; } = new("https://api.github.com");

    /// <summary>What we identify ourselves with.</summary>
    public GitHubCredentials Credentials { get; init; } = new(fromEnvironment: null, file: null);
}

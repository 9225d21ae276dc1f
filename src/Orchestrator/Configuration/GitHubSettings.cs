namespace Orchestrator.Configuration;

/// <summary>How GitHub is reached.</summary>
public sealed record GitHubSettings
{
    /// <summary>The address of GitHub's REST API, as the user gave it.</summary>
    public required Uri ApiUrl { get; init; }

    /// <summary>What we identify ourselves with.</summary>
    public required GitHubCredentials Credentials { get; init; }
}

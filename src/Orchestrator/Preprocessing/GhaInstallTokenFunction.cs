using System.Buffers;
using Octokit;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Preprocessing;

/// <summary>
/// <c>gha-install-token:OWNER/REPO</c>: a token that registers a self-hosted runner with a repository; good for an hour and any number of
/// runners. GitHub's <c>POST /repos/{owner}/{repo}/actions/runners/registration-token</c>.
/// </summary>
internal sealed class GhaInstallTokenFunction : IConfigFunction
{
    private const int LongestOwner = 100;
    private const int LongestRepository = 100;

    // An enterprise's managed users have an underscore in their names.
    private static readonly SearchValues<char> OwnerCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> RepositoryCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly GitHubCredentials _credentials;
    private readonly GitHubApi _api;

    /// <summary>A function that asks this GitHub.</summary>
    public GhaInstallTokenFunction(GitHubSettings settings, TimeProvider time)
        : this(settings, new GitHubApi(settings, time))
    {
    }

    internal GhaInstallTokenFunction(GitHubSettings settings, GitHubApi api)
    {
        _credentials = settings.Credentials;
        _api = api;
    }

    /// <inheritdoc/>
    public string Name => "gha-install-token";

    /// <inheritdoc/>
    public string Usage => $"{Name}:OWNER/REPO";

    /// <inheritdoc/>
    public string? Validate(string argument) => TrySplit(argument, out _, out _)
        ? null
        : $"{JsonText.Quote(argument)} is not a repository: write OWNER/REPO, as in the repository's address";

    /// <inheritdoc/>
    public string? FindObstacle()
    {
        try
        {
            _credentials.Read();
            return null;
        }
        catch (ConfigurationException exception)
        {
            return exception.Message;
        }
    }

    /// <inheritdoc/>
    public Task CheckAsync(string argument, CancellationToken cancellationToken)
    {
        TrySplit(argument, out var owner, out var repository);
        return _api.CallAsync(
            $"{Name} {argument}",
            async (client, token) => await client.Connection.Get<Repository>(ApiUrls.Repository(owner, repository), null, null, token),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken)
    {
        TrySplit(argument, out var owner, out var repository);
        return await _api.CallAsync(
            $"{Name} {argument}",
            async (client, token) =>
            {
                var answer = await client.Actions.SelfHostedRunners.CreateRepositoryRegistrationToken(owner, repository, token);
                return string.IsNullOrEmpty(answer?.Token)
                    ? throw new FormatException("the answer has no token")
                    : new Secret(answer.Token);
            },
            cancellationToken);
    }

    private static bool TrySplit(string argument, out string owner, out string repository)
    {
        var slash = argument.IndexOf('/', StringComparison.Ordinal);
        owner = slash < 0 ? "" : argument[..slash];
        repository = argument[(slash + 1)..];
        return owner.Length is > 0 and <= LongestOwner
            && !owner.AsSpan().ContainsAnyExcept(OwnerCharacters)
            && repository.Length is > 0 and <= LongestRepository
            && !repository.AsSpan().ContainsAnyExcept(RepositoryCharacters)
            && repository is not ("." or "..");
    }
}

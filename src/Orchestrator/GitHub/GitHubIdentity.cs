using System.Net;
using Octokit;
using Orchestrator.Configuration;
using Orchestrator.Http;

namespace Orchestrator.GitHub;

/// <summary>Who GitHub takes us for.</summary>
/// <param name="Who">By name, as far as GitHub tells.</param>
/// <param name="May">What that one may do, likewise.</param>
/// <param name="Left">How many calls are left.</param>
internal sealed record GitHubIdentity(string Who, string May, string Left)
{
    /// <summary>All of it, for a person.</summary>
    public override string ToString() => $"{Who}; {May}; {Left}";

    /// <summary>Asks about a token.</summary>
    public static async Task<GitHubIdentity> OfTokenAsync(IConnection connection, TimeProvider time, CancellationToken cancellationToken)
    {
        var (who, answer) = ("a token that is no user's", default(IResponse));
        try
        {
            var user = await connection.Get<UserModel>(new Uri("user", UriKind.Relative), null, null, cancellationToken);
            (who, answer) = ($"user {user.Body?.Login ?? throw new FormatException("the answer has no login")}", user.HttpResponse);
        }
        catch (ApiException error) when (IsOrdinary(error, time))
        {
            answer = error.HttpResponse; // an installation's token, or a job's
        }

        // Only classic tokens have scopes, and only they are told with them.
        var may = GitHubRateLimit.Header(answer, "X-OAuth-Scopes") switch
        {
            null => "GitHub does not tell what a token of this kind may do",
            "" => "a classic token without any scope",
            var scopes => $"a classic token with the scopes {HttpFailure.Clean(scopes)}",
        };
        return new GitHubIdentity(who, may, GitHubRateLimit.LeftOf(answer));
    }

    /// <summary>Asks about an App's installation.</summary>
    /// <param name="installation">The installation.</param>
    /// <param name="scope">What it was found for.</param>
    /// <param name="connection">A connection that shows its token.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">The call's end.</param>
    public static async Task<GitHubIdentity> OfInstallationAsync(
        InstallationModel installation, GitHubScope scope, IConnection connection, TimeProvider time, CancellationToken cancellationToken)
    {
        IResponse answer;
        try
        {
            answer = (await connection.Get<RateLimitModel>(new Uri("rate_limit", UriKind.Relative), null, null, cancellationToken)).HttpResponse;
        }
        catch (ApiException error) when (IsOrdinary(error, time))
        {
            answer = error.HttpResponse; // a GitHub Enterprise Server without limits has nothing there
        }

        var permissions = (installation.Permissions ?? new Dictionary<string, string>()).OrderBy(permission => permission.Key, StringComparer.Ordinal);
        return new GitHubIdentity(
            $"App {installation.AppSlug ?? "without a name"}, as {scope.Owner} has it installed",
            $"its permissions are {string.Join(", ", permissions.Select(permission => $"{permission.Key}: {permission.Value}"))}",
            GitHubRateLimit.LeftOf(answer));
    }

    private static bool IsOrdinary(ApiException error, TimeProvider time) =>
        error is { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.NotFound, HttpResponse: { } answer } && GitHubRateLimit.EndOf(answer, time.GetUtcNow()) is null;
}

using System.Globalization;
using System.Net;
using Octokit;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Http;

namespace Orchestrator.GitHub;

/// <summary>Turns what went wrong with a call of GitHub's API into the line that the user reads.</summary>
internal static class GitHubFailure
{
    /// <summary>The exception to throw.</summary>
    /// <param name="exception">What was caught.</param>
    /// <param name="subject">Whom the call was for.</param>
    /// <param name="scope">What it was about.</param>
    /// <param name="credentials">What GitHub was shown.</param>
    /// <param name="address">The API's address.</param>
    /// <param name="proxy">The proxy that leads there; null where none does.</param>
    /// <param name="deadline">How long an answer was awaited.</param>
    /// <param name="now">The time, to say how far off the end of a rate limit is.</param>
    public static HostException Explain(Exception exception, string subject, GitHubScope scope, GitHubCredentials credentials, Uri address, HttpProxy? proxy, TimeSpan deadline, DateTimeOffset now)
    {
        var answer = (exception as ApiException)?.HttpResponse;
        var again = answer is null ? null : GitHubRateLimit.EndOf(answer, now);
        var cause = exception switch
        {
            ApiException when again is { } end => DescribeRateLimit(answer!, credentials, end, now),
            ApiException { StatusCode: HttpStatusCode.ProxyAuthenticationRequired } when proxy is not null => HttpFailure.DescribeDemand(proxy),
            ApiException when answer is not null => DescribeStatus(answer, scope, credentials, address),
            ExplainedException known => known.Message,
            HttpRequestException http => HttpFailure.Describe(http, address, proxy, "github.api-url"),
            OperationCanceledException =>
                $"{address.Authority} did not answer within {deadline.TotalSeconds:0.#} s: check the network{(proxy is null ? "" : $" and the proxy {proxy} ({proxy.Variable})")}",
            IOException => $"the connection to {address.Authority} broke: try again",
            _ => $"{address.Authority} did not answer the way GitHub's API does: check github.api-url",
        };

        // An ApiException prints the body it came with, a parser what it parsed: a token may be in either, so neither goes along.
        var inner = exception is HttpRequestException or IOException ? exception : null;
        return new HostException(HostProblem.ServiceUnavailable, $"{subject}: {cause}", inner) { TryAgain = again };
    }

    private static string DescribeRateLimit(IResponse answer, GitHubCredentials credentials, DateTimeOffset end, DateTimeOffset now)
    {
        var seconds = Math.Ceiling((end - now).TotalSeconds);
        var distance = seconds < 120 ? $"{seconds:0} s" : $"{Math.Ceiling(seconds / 60):0} min";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"GitHub's rate limit for this {credentials.Noun} is used up ({(int)answer.StatusCode}): try again at {end:HH:mm:ss} UTC, in {distance}");
    }

    private static string DescribeStatus(IResponse answer, GitHubScope scope, GitHubCredentials credentials, Uri address)
    {
        var (status, link) = GitHubError.Read(answer);
        var more = link is null ? "" : $"; see {link}";
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized when credentials.IsApp =>
                $"GitHub does not accept the App's token any more ({status}): try again, and see whether the App's installation was suspended",
            HttpStatusCode.Unauthorized =>
                $"GitHub does not accept the token ({status}): it is wrong, expired or revoked; set {GitHubCredentials.Variable} to one that is valid",
            HttpStatusCode.Forbidden => DescribeRefusal(answer, status, scope, credentials) + more,
            HttpStatusCode.NotFound =>
                $"GitHub has no such {scope.Noun}, or the {credentials.Noun} cannot see it ({status}): check the spelling, and give the {credentials.Noun} access to the {scope.Noun}",
            HttpStatusCode.Conflict =>
                $"GitHub already has a runner of that name ({status}): try again",
            >= HttpStatusCode.InternalServerError =>
                $"GitHub itself failed ({status}): try again, and see https://www.githubstatus.com",
            _ => $"{address.Authority} gave an answer that GitHub does not give here ({status}): check github.api-url{more}",
        };
    }

    // By GitHub's words, since it has no codes for these.
    private static string DescribeRefusal(IResponse answer, string status, GitHubScope scope, GitHubCredentials credentials)
    {
        if (GitHubRateLimit.Header(answer, "X-GitHub-SSO") is { } signOn)
        {
            var start = signOn.IndexOf("url=", StringComparison.Ordinal);
            var where = start >= 0 && GitHubError.LinkOf(signOn[(start + 4)..].Trim()) is { } link ? $"at {link}" : "in GitHub's settings of the token";
            return $"the organization demands single sign-on of the token ({status}): authorize it {where}";
        }

        if (Says("IP allow list"))
        {
            return $"the organization lets nobody in from this address ({status}): have the address under which this host, or its proxy, is seen added to the IP allow list";
        }

        if (Says("archived"))
        {
            return $"the {scope.Noun} is archived and takes no runners ({status}): unarchive it, or name another";
        }

        if (Says("self-hosted runners are disabled"))
        {
            return $"the {scope.Noun} is not allowed to have runners of its own ({status}): have them allowed in the organization's settings, Actions → General → Runners, "
                + "or in the enterprise's policies";
        }

        if (Says("suspended"))
        {
            return credentials.IsApp
                ? $"the App's installation is suspended ({status}): whoever administers {scope.Owner} has to unsuspend it, in its settings at GitHub, or install it again"
                : $"the account that the token belongs to is suspended ({status}): use the token of somebody who is not, or a GitHub App";
        }

        if (Says("forbids access via"))
        {
            return $"the organization lets no token of this kind in ({status}): use one of a kind that it allows, or a GitHub App";
        }

        var asked = GitHubRateLimit.Header(answer, "X-Accepted-GitHub-Permissions") is { Length: > 0 } permissions
            ? $"; GitHub wants {HttpFailure.Clean(permissions)}"
            : "";
        var remedy = (scope.Permission, credentials.IsApp) switch
        {
            (null, _) => $"{scope.ClassicPermission}; only a classic token may",
            ({ } permission, true) => $"{permission}, and have its installation accept that",
            ({ } permission, false) => $"{permission} (a classic token: {scope.ClassicPermission})",
        };
        return $"the {credentials.Noun} may not do this ({status}): give it {remedy}{asked}";

        bool Says(string words) => status.Contains(words, StringComparison.OrdinalIgnoreCase);
    }
}

using System.Globalization;
using System.Net;
using Octokit;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.GitHub;

/// <summary>Turns what went wrong with a call of GitHub's API into the line that the user reads.</summary>
internal static class GitHubFailure
{
    private const string Permission =
        "give the token the repository permission \"Administration: read and write\" (a classic token: the scope \"repo\" and an owner who is an admin of the repository)";

    /// <summary>The exception to throw.</summary>
    /// <param name="exception">What was caught.</param>
    /// <param name="subject">Whom the call was for.</param>
    /// <param name="address">The API's address.</param>
    /// <param name="deadline">How long an answer was awaited.</param>
    /// <param name="now">The time, to say how far off the end of a rate limit is.</param>
    public static HostException Explain(Exception exception, string subject, Uri address, TimeSpan deadline, DateTimeOffset now)
    {
        var cause = exception switch
        {
            ApiException api when IsRateLimit(api) => DescribeRateLimit(api, now),
            ApiException api => DescribeStatus(api, address),
            RedirectException refused => $"{address.Authority} {Clean(refused.Message)}: check github.api-url, or the repository's name where it was renamed",
            HttpRequestException http => DescribeNetwork(http, address),
            OperationCanceledException => $"{address.Authority} did not answer within {deadline.TotalSeconds:0.#} s: check the network, and a proxy if there is one",
            IOException => $"the connection to {address.Authority} broke: try again",
            _ => $"{address.Authority} did not answer the way GitHub's API does: check github.api-url",
        };

        // An ApiException prints the body it came with, a parser what it parsed: a token may be in either, so neither goes along.
        var inner = exception is HttpRequestException or IOException ? exception : null;
        return new HostException(HostProblem.ServiceUnavailable, $"{subject}: {cause}", inner);
    }

    private static bool IsRateLimit(ApiException exception) =>
        exception.StatusCode == HttpStatusCode.TooManyRequests
        || (exception.StatusCode == HttpStatusCode.Forbidden
            && (exception is RateLimitExceededException or SecondaryRateLimitExceededException or AbuseException
                || Header(exception, "X-RateLimit-Remaining") == "0"
                || Header(exception, "Retry-After") is not null));

    private static string DescribeRateLimit(ApiException exception, DateTimeOffset now)
    {
        DateTimeOffset? reset = null;
        if (long.TryParse(Header(exception, "Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var wait) && wait < int.MaxValue)
        {
            reset = now + TimeSpan.FromSeconds(wait);
        }
        else if (long.TryParse(Header(exception, "X-RateLimit-Reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && epoch < uint.MaxValue)
        {
            reset = DateTimeOffset.FromUnixTimeSeconds(epoch);
        }

        var again = "in a few minutes";
        if (reset is { } end)
        {
            var seconds = Math.Max(0, Math.Ceiling((end - now).TotalSeconds));
            var distance = seconds < 120 ? $"{seconds:0} s" : $"{Math.Ceiling(seconds / 60):0} min";
            again = string.Create(CultureInfo.InvariantCulture, $"at {end:HH:mm:ss} UTC, in {distance}");
        }

        return $"GitHub's rate limit for this token is used up ({(int)exception.StatusCode}): try again {again}";
    }

    private static string DescribeStatus(ApiException exception, Uri address)
    {
        var status = Status(exception);
        if (exception.StatusCode == HttpStatusCode.Forbidden && Header(exception, "X-GitHub-SSO") is { } signOn)
        {
            var start = signOn.IndexOf("url=", StringComparison.Ordinal);
            var where = start < 0 ? "in GitHub's settings of the token" : "at " + Clean(signOn[(start + 4)..]);
            return $"the organization demands single sign-on of the token ({status}): authorize it {where}";
        }

        return exception.StatusCode switch
        {
            HttpStatusCode.Unauthorized =>
                $"GitHub does not accept the token ({status}): it is wrong, expired or revoked; set {GitHubCredentials.Variable} to one that is valid",
            HttpStatusCode.Forbidden =>
                $"the token may not do this ({status}): {Permission}",
            HttpStatusCode.NotFound =>
                $"GitHub has no such repository, or the token cannot see it ({status}): check the spelling, and give the token access to the repository",
            >= HttpStatusCode.InternalServerError =>
                $"GitHub itself failed ({status}): try again, and see https://www.githubstatus.com",
            _ => $"{address.Authority} gave an answer that GitHub does not give here ({status}): check github.api-url",
        };
    }

    private static string DescribeNetwork(HttpRequestException exception, Uri address)
    {
        var reason = Clean((exception.InnerException ?? exception).Message).TrimEnd('.');
        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError =>
                $"the name {address.Host} cannot be resolved: check the network, DNS and github.api-url",
            HttpRequestError.ConnectionError =>
                $"no connection to {address.Authority} ({reason}): check the network and github.api-url",
            HttpRequestError.SecureConnectionError =>
                $"no secure connection to {address.Authority} ({reason}): check this machine's clock and CA certificates",
            HttpRequestError.ProxyTunnelError =>
                $"the proxy does not lead to {address.Authority} ({reason}): check HTTPS_PROXY",
            _ => $"the connection to {address.Authority} failed ({reason}): check the network and github.api-url",
        };
    }

    // "403 Resource not accessible by personal access token": the number, and GitHub's own word where it gave one.
    private static string Status(ApiException exception)
    {
        var message = exception.ApiError?.Message is { Length: > 0 } said ? Clean(said).TrimEnd('.') : exception.StatusCode.ToString();
        return $"{(int)exception.StatusCode} {message}";
    }

    private static string Clean(string text)
    {
        var line = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        return line.Length <= 200 ? line : line[..200] + "…";
    }

    private static string? Header(ApiException exception, string name) =>
        exception.HttpResponse?.Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}

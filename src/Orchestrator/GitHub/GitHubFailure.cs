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
    /// <param name="proxy">The proxy that leads there; null where none does.</param>
    /// <param name="deadline">How long an answer was awaited.</param>
    /// <param name="now">The time, to say how far off the end of a rate limit is.</param>
    public static HostException Explain(Exception exception, string subject, Uri address, HttpProxy? proxy, TimeSpan deadline, DateTimeOffset now)
    {
        var answer = (exception as ApiException)?.HttpResponse;
        var again = answer is null ? null : GitHubRateLimit.EndOf(answer, now);
        var cause = exception switch
        {
            ApiException when again is { } end => DescribeRateLimit(answer!, end, now),
            ApiException { StatusCode: HttpStatusCode.ProxyAuthenticationRequired } when proxy is not null => DescribeDemand(proxy),
            ApiException api => DescribeStatus(api, address),
            RedirectException refused => $"{address.Authority} {Clean(refused.Message)}: check github.api-url, or the repository's name where it was renamed",
            HttpRequestException http when proxy is not null => DescribeProxy(http, address, proxy),
            HttpRequestException http => DescribeNetwork(http, address),
            OperationCanceledException =>
                $"{address.Authority} did not answer within {deadline.TotalSeconds:0.#} s: check the network{(proxy is null ? "" : $" and the proxy {proxy} ({proxy.Variable})")}",
            IOException => $"the connection to {address.Authority} broke: try again",
            _ => $"{address.Authority} did not answer the way GitHub's API does: check github.api-url",
        };

        // An ApiException prints the body it came with, a parser what it parsed: a token may be in either, so neither goes along.
        var inner = exception is HttpRequestException or IOException ? exception : null;
        return new HostException(HostProblem.ServiceUnavailable, $"{subject}: {cause}", inner) { TryAgain = again };
    }

    private static string DescribeRateLimit(IResponse answer, DateTimeOffset end, DateTimeOffset now)
    {
        var seconds = Math.Ceiling((end - now).TotalSeconds);
        var distance = seconds < 120 ? $"{seconds:0} s" : $"{Math.Ceiling(seconds / 60):0} min";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"GitHub's rate limit for this token is used up ({(int)answer.StatusCode}): try again at {end:HH:mm:ss} UTC, in {distance}");
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
            _ => $"the connection to {address.Authority} failed ({reason}): check the network and github.api-url",
        };
    }

    // Where there is a proxy, whoever is not reached is that one. Its own address is without user and password; so is what .NET says of it.
    private static string DescribeProxy(HttpRequestException exception, Uri address, HttpProxy proxy)
    {
        var reason = Clean((exception.InnerException ?? exception).Message).TrimEnd('.');
        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"the name of the proxy {proxy} cannot be resolved: check {proxy.Variable}, the network and DNS",
            HttpRequestError.ConnectionError => $"no connection to the proxy {proxy} ({reason}): check {proxy.Variable} and the network",
            HttpRequestError.ProxyTunnelError when reason.Contains("'407'", StringComparison.Ordinal) => DescribeDemand(proxy),
            HttpRequestError.ProxyTunnelError => $"the proxy {proxy} does not lead to {address.Authority} ({reason}): check {proxy.Variable}, or name the host in NO_PROXY",
            HttpRequestError.SecureConnectionError =>
                $"no secure connection to {address.Authority} through the proxy {proxy} ({reason}): check this machine's clock and CA certificates",
            _ => $"the connection to {address.Authority} through the proxy {proxy} failed ({reason}): check {proxy.Variable} and the network",
        };
    }

    private static string DescribeDemand(HttpProxy proxy) =>
        $"the proxy {proxy} {(proxy.Credentials is null ? "wants a user and a password" : "does not take our user and password")} (407): write them into {proxy.Variable}, percent-encoded";

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
        exception.HttpResponse is { } answer ? GitHubRateLimit.Header(answer, name) : null;
}

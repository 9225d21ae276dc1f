using System.Globalization;
using System.Net;
using Octokit;

namespace Orchestrator.GitHub;

/// <summary>GitHub's limits, of requests an hour and of requests at a time (docs.github.com, "Rate limits for the REST API", "Exceeding the rate limit").</summary>
internal static class GitHubRateLimit
{
    // Where the answer does not say when.
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(60);

    // The primary limit's window. Whatever says more is a proxy, or this machine's clock is wrong.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>When to ask again.</summary>
    /// <param name="response">GitHub's answer.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null where the answer is not that of a limit.</returns>
    public static DateTimeOffset? EndOf(IResponse response, DateTimeOffset now)
    {
        var isSpent = Header(response, "X-RateLimit-Remaining") == "0";
        var wait = Number(response, "Retry-After");
        if (response.StatusCode != HttpStatusCode.TooManyRequests
            && (response.StatusCode != HttpStatusCode.Forbidden || !(isSpent || wait is not null || SaysSo(response))))
        {
            return null;
        }

        var seconds = wait ?? (isSpent ? Number(response, "X-RateLimit-Reset") - now.ToUnixTimeSeconds() : null) ?? Least.TotalSeconds;
        return now + TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));
    }

    /// <summary>How many calls are left, for a person.</summary>
    public static string LeftOf(IResponse response) =>
        Number(response, "X-RateLimit-Remaining") is { } left && Number(response, "X-RateLimit-Limit") is { } limit
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{left} of {limit} calls an hour left{(Number(response, "X-RateLimit-Reset") is > 0 and < uint.MaxValue and var reset ? $", new ones at {DateTimeOffset.FromUnixTimeSeconds((long)reset):HH:mm:ss} UTC" : "")}")
            : "no limit of calls is told";

    /// <summary>A header of an answer; null where it has none of that name.</summary>
    public static string? Header(IResponse response, string name) =>
        response.Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static double? Number(IResponse response, string name) =>
        long.TryParse(Header(response, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool SaysSo(IResponse response) => response.Body is string text
        && (text.Contains("rate limit", StringComparison.OrdinalIgnoreCase) || text.Contains("abuse detection", StringComparison.OrdinalIgnoreCase));
}

using System.Text.Json;
using Octokit;
using Orchestrator.Http;

namespace Orchestrator.GitHub;

/// <summary>What GitHub itself says of a failure, for a line of ours. Not Octokit's reading of it, which takes a body that it cannot read for the message.</summary>
/// <param name="Status">The status, and GitHub's own word where it gave one: <c>403 Resource not accessible by personal access token</c>.</param>
/// <param name="Link">Where it says more; null where it names no address.</param>
internal sealed record GitHubError(string Status, string? Link)
{
    private const int LongestLink = 2000;

    /// <summary>Reads an answer.</summary>
    public static GitHubError Read(IResponse answer)
    {
        try
        {
            if (answer.Body is string { Length: > 0 } body && JsonSerializer.Deserialize(body, GitHubModels.Default.ErrorModel) is { } error)
            {
                string[] words = [.. new[] { error.Message }.Concat(Texts(error.Errors)).OfType<string>().Select(text => HttpFailure.Clean(text).TrimEnd('.')).Where(text => text.Length > 0)];
                return new GitHubError(Of(answer, words.Length == 0 ? null : HttpFailure.Clean(string.Join(": ", words))), LinkOf(error.DocumentationUrl));
            }
        }
        catch (JsonException)
        {
            // A proxy's page, or a server's that stumbled before it knew what it is.
        }

        return new GitHubError(Of(answer, null), null);
    }

    /// <summary>An address that may be shown, which is never cut; null for what is none.</summary>
    public static string? LinkOf(string? text) =>
        text is { Length: <= LongestLink } && Uri.TryCreate(text, UriKind.Absolute, out var link) && link.Scheme == Uri.UriSchemeHttps ? link.AbsoluteUri : null;

    private static string Of(IResponse answer, string? text) => $"{(int)answer.StatusCode} {text ?? answer.StatusCode.ToString()}";

    private static IEnumerable<string?> Texts(JsonElement errors) => errors.ValueKind switch
    {
        JsonValueKind.String => [errors.GetString()],
        JsonValueKind.Array => errors.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object when errors.TryGetProperty("message", out var message) => Texts(message),
        _ => [],
    };
}

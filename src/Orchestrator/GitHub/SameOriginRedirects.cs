using System.Net;

namespace Orchestrator.GitHub;

/// <summary>
/// Follows redirects, which is how GitHub answers for a repository that was renamed, within the origin: the token goes to no other scheme, host or port. Octokit,
/// above this, would take it to another port of the host and from https to http, and fails at an address that is relative.
/// </summary>
internal sealed class SameOriginRedirects(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int Most = 5;

    // A hundred runners are 100 KiB.
    private const long LongestAnswer = 16 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var followed = 0; ; followed++)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
            {
                // Here, since Octokit reads it without heed of the token: an answer that stalls would be waited for without end.
                await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
                return response;
            }

            var (from, target, status) = (request.RequestUri!, new Uri(request.RequestUri!, location), response.StatusCode);
            response.Dispose();
            if (target.GetLeftPart(UriPartial.Authority) != from.GetLeftPart(UriPartial.Authority))
            {
                throw Refuse(from, $"to {target.GetLeftPart(UriPartial.Authority)} ({(int)status}), which is not to see the token");
            }

            if (followed == Most)
            {
                throw Refuse(from, $"in circles ({(int)status})");
            }

            request.RequestUri = target;
            if (status == HttpStatusCode.SeeOther)
            {
                request.Method = HttpMethod.Get;
                request.Content = null;
            }
        }
    }

    private static ExplainedException Refuse(Uri from, string where) =>
        new($"{from.Authority} sends us {where}: check github.api-url, or the repository's name where it was renamed");

    private static bool IsRedirect(HttpStatusCode status) => status
        is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}

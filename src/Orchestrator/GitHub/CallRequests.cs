using System.Net;
using Octokit;
using Octokit.Internal;

namespace Orchestrator.GitHub;

/// <summary>
/// The requests of one call, within its time. One that does no harm when it arrives twice is sent again where GitHub stumbled or the connection was cut; any is where
/// GitHub refused it for the moment. Those that change something go one after another, as GitHub wants it.
/// </summary>
/// <param name="http">What sends them.</param>
/// <param name="writes">The turn of those that change something.</param>
/// <param name="time">The clock.</param>
/// <param name="deadline">How long the call may take, from now on.</param>
/// <param name="over">The call's end. Octokit has no way to hand one on to a DELETE.</param>
internal sealed class CallRequests(IHttpClient http, SemaphoreSlim writes, TimeProvider time, TimeSpan deadline, CancellationToken over) : IHttpClient
{
    private const int MostRepeats = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);

    // A registration token is one of many; of a just-in-time runner there is one, and nobody can tell whether it exists.
    private static readonly string[] HarmlessPosts = ["/registration-token", "/access_tokens"];

    private readonly long _begun = time.GetTimestamp();

    public async Task<IResponse> Send(IRequest request, CancellationToken cancellationToken, Func<object, object>? preprocessResponseBody = null)
    {
        if (request.Method == HttpMethod.Get)
        {
            return await RepeatAsync(request, preprocessResponseBody);
        }

        await writes.WaitAsync(over);
        try
        {
            return await RepeatAsync(request, preprocessResponseBody);
        }
        finally
        {
            writes.Release();
        }
    }

    public void SetRequestTimeout(TimeSpan timeout) => throw new NotSupportedException();

    public void Dispose()
    {
        // The connections are other calls' too.
    }

    private async Task<IResponse> RepeatAsync(IRequest request, Func<object, object>? preprocess)
    {
        for (var repeats = 0; ; repeats++)
        {
            TimeSpan pause;
            try
            {
                var response = await http.Send(request, over, preprocess);
                if (PauseAfter(request, response, repeats) is not { } wait || repeats == MostRepeats || !Fits(wait))
                {
                    return RequireSense(response);
                }

                pause = wait;
            }
            catch (Exception error) when (IsCut(error) && IsHarmless(request) && repeats < MostRepeats && Fits(PauseAfter(repeats)))
            {
                pause = PauseAfter(repeats);
            }

            await Task.Delay(pause, time, over);
        }
    }

    // Octokit passes over whatever does not say that it is JSON: a portal's page would be a repository, or the removal of a runner.
    private static IResponse RequireSense(IResponse response) =>
        response.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices and not HttpStatusCode.NoContent
            && response.ContentType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) is not true
            ? throw new FormatException("the answer is no JSON")
            : response;

    private TimeSpan? PauseAfter(IRequest request, IResponse response, int repeats)
    {
        var now = time.GetUtcNow();
        return GitHubRateLimit.EndOf(response, now) is { } end ? end - now
            : response.StatusCode >= HttpStatusCode.InternalServerError && IsHarmless(request) ? PauseAfter(repeats)
            : null;
    }

    // At random, so that machines which stumbled together do not come back together.
    private static TimeSpan PauseAfter(int repeats) => FirstPause * (1 << repeats) * (0.5 + (Random.Shared.NextDouble() / 2));

    private bool Fits(TimeSpan pause) => time.GetElapsedTime(_begun) + pause < deadline;

    private static bool IsHarmless(IRequest request) =>
        request.Method == HttpMethod.Get
        || request.Method == HttpMethod.Delete
        || HarmlessPosts.Any(post => request.Endpoint.OriginalString.EndsWith(post, StringComparison.Ordinal));

    // Where there was no connection to be cut, there is none a second later.
    private static bool IsCut(Exception error) => error
        is IOException
        or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError or HttpRequestError.Unknown };
}

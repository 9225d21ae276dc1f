using System.Net;
using System.Net.Http.Headers;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Http;

namespace Orchestrator.Images;

/// <summary>
/// Asks servers for files: by https, or by http from this very host; by the proxies that the environment names, but for the latter. A redirect leads from https to
/// https, or within this host's server, and nowhere else.
/// </summary>
internal sealed class FileServer : IDisposable
{
    private const int MostRedirects = 5;

    private readonly ProxyVariables _proxies;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <param name="proxies">What names the proxies.</param>
    /// <param name="time">The clock.</param>
    public FileServer(ProxyVariables proxies, TimeProvider time)
    {
        (_proxies, _time) = (proxies, time);
        _client = new HttpClient(new HttpRoute(ProxyTo).Open()) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("orchestrator", null));

        // The digest is of the file, not of how it travels.
        _client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>How long a server may say nothing.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public void Dispose() => _client.Dispose();

    /// <summary>Asks for a file, or for the rest of it.</summary>
    /// <param name="subject">Whom it is for; messages begin with it.</param>
    /// <param name="url">The file.</param>
    /// <param name="from">The first byte wanted.</param>
    /// <param name="validator">Of which version that byte is to be; otherwise all of the file is wanted. Null: of any.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    /// <exception cref="HostException">It is not to be had.</exception>
    /// <exception cref="ConfigurationException">The proxy cannot be used.</exception>
    public async Task<ServedFile> OpenAsync(string subject, Uri url, long from, string? validator, CancellationToken cancellationToken)
    {
        if (!OpenSsl.IsInstalled)
        {
            throw new HostException(HostProblem.MissingProgram, $"{subject}: {OpenSsl.Remedy}");
        }

        var at = url;
        for (var followed = 0; ; followed++)
        {
            var response = await AskAsync(subject, at, from, validator, cancellationToken);
            if (!IsRedirect(response.StatusCode))
            {
                if (FindRefusal(response, url, at) is { } refusal)
                {
                    response.Dispose();
                    throw new HostException(
                        (int)response.StatusCode < 500 ? HostProblem.Other : HostProblem.ServiceUnavailable, $"{subject}: {refusal}");
                }

                return new ServedFile(response, url, await response.Content.ReadAsStreamAsync(cancellationToken), _time);
            }

            var (location, status) = (response.Headers.Location, (int)response.StatusCode);
            response.Dispose();
            var target = location is null ? null : new Uri(at, location);
            if (target is null || !MayFollow(at, target))
            {
                // Of where it leads no more than the server: what follows may be meant for nobody's eyes.
                var where = target is null ? "nowhere" : $"to {target.GetLeftPart(UriPartial.Authority)}";
                throw new HostException(
                    HostProblem.Other, $"{subject}: {at.Authority} sends us {where} ({status}), where no image is taken from: name a URL that leads to it by https");
            }

            if (followed == MostRedirects)
            {
                throw new HostException(HostProblem.Other, $"{subject}: {url.Authority} sends us on and on ({status}): check the URL");
            }

            at = target;
        }
    }

    /// <summary>Whether a redirect is followed.</summary>
    public static bool MayFollow(Uri from, Uri to) => to.UserInfo.Length == 0 && (from.Scheme == Uri.UriSchemeHttps
        ? to.Scheme == Uri.UriSchemeHttps
        : DownloadUrlKind.IsOwnHost(to) && to.Authority == from.Authority);

    private static bool IsRedirect(HttpStatusCode status) => status
        is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    // What is said by http, which anybody could change, is said to nobody but this host.
    private HttpProxy? ProxyTo(Uri server) => server.Scheme == Uri.UriSchemeHttps ? _proxies.Find(server) : null;

    private async Task<HttpResponseMessage> AskAsync(string subject, Uri at, long from, string? validator, CancellationToken cancellationToken)
    {
        var proxy = ProxyTo(at);
        using var request = new HttpRequestMessage(HttpMethod.Get, at);
        if (validator is not null)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
            request.Headers.TryAddWithoutValidation("If-Range", validator);
        }

        using var deadline = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (HttpRequestException error)
        {
            throw new HostException(HostProblem.ServiceUnavailable, $"{subject}: {HttpFailure.Describe(error, at, proxy, "the URL")}", error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HostException(
                HostProblem.ServiceUnavailable,
                $"{subject}: {at.Authority} did not answer within {Patience.TotalSeconds:0} s: check the network{(proxy is null ? "" : $" and the proxy {proxy} ({proxy.Variable})")}");
        }
    }

    private string? FindRefusal(HttpResponseMessage response, Uri url, Uri at) => response.StatusCode switch
    {
        HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable => null,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => $"{at.Authority} has no such file ({(int)response.StatusCode}): check the URL {url}",
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"{at.Authority} does not give us the file ({(int)response.StatusCode}): name one that everybody may read",
        HttpStatusCode.ProxyAuthenticationRequired when ProxyTo(at) is { } proxy => HttpFailure.DescribeDemand(proxy),
        >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests => $"{at.Authority} cannot give us the file now ({(int)response.StatusCode}): try again later",
        var other => $"{at.Authority} gave an answer that has no file ({(int)other}): check the URL {url}",
    };
}

/// <summary>A file that a server has begun to send.</summary>
internal sealed class ServedFile(HttpResponseMessage response, Uri url, Stream body, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _patience = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>The answer's status.</summary>
    public HttpStatusCode Status => response.StatusCode;

    /// <summary>What it says that it brings.</summary>
    public ContentRangeHeaderValue? Range => response.Content.Headers.ContentRange;

    /// <summary>Which version of the file it is.</summary>
    public PartialVersion Version => Resumption.VersionOf(url, response.Headers, response.Content.Headers);

    /// <summary>Reads what comes next.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    /// <exception cref="CutException">It ends too soon, or nothing comes.</exception>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _patience.CancelAfter(FileServer.Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _patience.Token);
        try
        {
            return await body.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CutException($"{url.Authority} sent nothing for {FileServer.Patience.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw new CutException($"the connection to {url.Authority} broke");
        }
    }

    public void Dispose()
    {
        _patience.Dispose();
        body.Dispose();
        response.Dispose();
    }
}

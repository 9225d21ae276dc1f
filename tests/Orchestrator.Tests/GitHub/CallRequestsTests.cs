using System.Net;
using Octokit;
using Octokit.Internal;
using Orchestrator.GitHub;
using Orchestrator.Tests.Operations;

namespace Orchestrator.Tests.GitHub;

public sealed class CallRequestsTests : IDisposable
{
    private const string Mint = "repos/a/b/actions/runners/registration-token";
    private const string Register = "repos/a/b/actions/runners/generate-jitconfig";

    private readonly HastyTime _time = new(new DateTimeOffset(2026, 1, 2, 14, 0, 0, TimeSpan.Zero));
    private readonly SemaphoreSlim _writes = new(1);
    private readonly Script _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _writes.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("GET", "repos/a/b", 4)]
    [InlineData("DELETE", "repos/a/b/actions/runners/7", 4)]
    [InlineData("POST", Mint, 4)]
    [InlineData("POST", "app/installations/7/access_tokens", 4)]
    [InlineData("POST", Register, 1)]
    public async Task What_does_no_harm_twice_is_asked_again_while_GitHub_stumbles(string method, string path, int times)
    {
        _server.Always(HttpStatusCode.BadGateway);

        Assert.Equal(HttpStatusCode.BadGateway, (await SendAsync(method, path)).StatusCode);

        Assert.Equal(times, _server.Asked);
        Assert.Equal(times - 1, _time.Pauses.Count);
        for (var repeat = 0; repeat < times - 1; repeat++)
        {
            Assert.InRange(_time.Pauses[repeat].TotalSeconds, 0.25 * (1 << repeat), 0.5 * (1 << repeat));
        }
    }

    [Theory]
    [InlineData("GET", "repos/a/b", HttpRequestError.ResponseEnded, true)]
    [InlineData("POST", Mint, HttpRequestError.Unknown, true)]
    [InlineData("POST", Register, HttpRequestError.ResponseEnded, false)]
    [InlineData("GET", "repos/a/b", HttpRequestError.ConnectionError, false)]
    [InlineData("GET", "repos/a/b", HttpRequestError.NameResolutionError, false)]
    public async Task A_cut_connection_is_tried_again_where_that_does_no_harm(string method, string path, HttpRequestError error, bool again)
    {
        _server.Then(() => throw new HttpRequestException(error));
        _server.Always(HttpStatusCode.OK);

        if (again)
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(method, path)).StatusCode);
        }
        else
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(method, path));
        }

        Assert.Equal(again ? 2 : 1, _server.Asked);
    }

    [Theory]
    [InlineData("GET", "repos/a/b", 429)]
    [InlineData("POST", Register, 403)]
    public async Task What_GitHub_refuses_for_a_moment_is_asked_again_then_whatever_it_is(string method, string path, int status)
    {
        _server.Then((HttpStatusCode)status, ("retry-after", "7"));
        _server.Always(HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(method, path)).StatusCode);
        Assert.Equal([TimeSpan.FromSeconds(7)], _time.Pauses);
    }

    [Theory]
    [InlineData("Retry-After", "30")]
    [InlineData("X-RateLimit-Reset", "1767366000")]
    [InlineData("X-Nothing", "")]
    public async Task A_limit_that_outlasts_the_call_is_the_callers_to_wait_for(string header, string value)
    {
        _server.Always(HttpStatusCode.Forbidden, ("X-RateLimit-Remaining", "0"), (header, value));

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", "repos/a/b")).StatusCode);
        Assert.Empty(_time.Pauses);
        Assert.Equal(1, _server.Asked);
    }

    [Fact]
    public async Task All_pauses_together_fit_into_the_calls_time()
    {
        _server.Always(HttpStatusCode.TooManyRequests, ("Retry-After", "12"));

        Assert.Equal(HttpStatusCode.TooManyRequests, (await SendAsync("GET", "repos/a/b")).StatusCode);
        Assert.Equal(2, _time.Pauses.Count);
    }

    [Fact]
    public async Task Another_refusal_is_final()
    {
        _server.Always(HttpStatusCode.NotFound);

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "repos/a/b")).StatusCode);
        Assert.Equal(1, _server.Asked);
    }

    [Fact]
    public async Task Writes_go_one_after_another_and_reads_beside_them()
    {
        var (first, second) = (new TaskCompletionSource<IResponse>(), new TaskCompletionSource<IResponse>());
        _server.Then(first.Task);
        _server.Then(second.Task);
        _server.Always(HttpStatusCode.OK);
        var writes = new[] { SendAsync("POST", Register), SendAsync("POST", Register), SendAsync("DELETE", "repos/a/b/actions/runners/7") };
        Assert.Equal(1, _server.Asked);

        var read = SendAsync("GET", "repos/a/b");
        Assert.Equal(2, _server.Asked);

        first.SetResult(Script.Answer(HttpStatusCode.Created));
        second.SetResult(Script.Answer(HttpStatusCode.OK));
        await Task.WhenAll([.. writes, read]).Soon();
        Assert.Equal(4, _server.Asked);
    }

    [Fact]
    public async Task A_write_that_waits_its_turn_waits_no_longer_than_its_call()
    {
        using var over = new CancellationTokenSource();
        await _writes.WaitAsync(Cancellation);
        var waiting = SendAsync("POST", Mint, over.Token);

        await over.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, _server.Asked);
    }

    private Task<IResponse> SendAsync(string method, string path, CancellationToken? over = null)
    {
        var requests = new CallRequests(_server, _writes, _time, TimeSpan.FromSeconds(30), over ?? Cancellation);
        var request = new Request { Method = new HttpMethod(method), BaseAddress = new Uri("https://api.github.com"), Endpoint = new Uri(path, UriKind.Relative) };
        return requests.Send(request, CancellationToken.None);
    }

    private sealed class Script : IHttpClient
    {
        private readonly Queue<Func<Task<IResponse>>> _next = [];
        private Func<Task<IResponse>> _always = () => throw new InvalidOperationException("nobody said what to answer");

        public int Asked { get; private set; }

        public void Then(Func<Task<IResponse>> answer) => _next.Enqueue(answer);

        public void Then(Task<IResponse> answer) => Then(() => answer);

        public void Then(HttpStatusCode status, params (string Name, string Value)[] headers) => Then(Task.FromResult<IResponse>(Answer(status, headers)));

        public void Always(HttpStatusCode status, params (string Name, string Value)[] headers) => _always = () => Task.FromResult<IResponse>(Answer(status, headers));

        public Task<IResponse> Send(IRequest request, CancellationToken cancellationToken, Func<object, object>? preprocessResponseBody = null)
        {
            Asked++;
            return (_next.TryDequeue(out var next) ? next : _always)();
        }

        public void SetRequestTimeout(TimeSpan timeout) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        public static Said Answer(HttpStatusCode status, params (string Name, string Value)[] headers) =>
            new Said(status, headers.ToDictionary(header => header.Name, header => header.Value));
    }

    private sealed record Said(HttpStatusCode StatusCode, IReadOnlyDictionary<string, string> Headers) : IResponse
    {
        public object Body => "{}";

        public ApiInfo ApiInfo => throw new NotSupportedException();

        public string ContentType => "application/json";
    }
}

using System.Globalization;
using System.Net;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Types;
using WireMock.Util;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A GitHub on this host that knows one repository, <c>acme/site</c>, and its runners, and counts what it is asked.</summary>
public sealed partial class FakeGitHub : IDisposable
{
    /// <summary>The one who asks.</summary>
    public const string Credential = "ghp_TheCredentialOfThisTest0123456789";

    /// <summary>What a config says to have a token from it.</summary>
    public const string Call = "${{ gha-install-token:acme/site }}";

    /// <summary>What it mints.</summary>
    public const string Minted = "AMINTEDTOKENTHATNOBODYMAYSEE";

    private const string RepositoryPath = "/api/v3/repos/acme/site";
    private const string TokenPath = RepositoryPath + "/actions/runners/registration-token";

    private readonly WireMockServer _server = WireMockServer.Start();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _checks;
    private int _mints;

    public FakeGitHub()
    {
        Answer(HttpStatusCode.OK);
        ServeRunners();
        ServeIdentity();
        _server
            .Given(Request.Create().UsingPost().WithPath(TokenPath))
            .RespondWith(Response.Create().WithCallback(_ =>
            {
                Interlocked.Increment(ref _mints);
                return Token();
            }));
    }

    /// <summary>Where it is.</summary>
    public string Address => _server.Url!;

    /// <summary>Completes at the first request.</summary>
    public Task Asked => _asked.Task;

    /// <summary>How often it was asked for the repository.</summary>
    public int Checks => _checks;

    /// <summary>How many tokens it made.</summary>
    public int Mints => _mints;

    /// <summary>The environment that leads a program here.</summary>
    public void ConnectTo(Workbench bench)
    {
        bench.Environment["ORCHESTRATOR_GITHUB__API_URL"] = _server.Url!;
        bench.Environment["GITHUB_TOKEN"] = Credential;
    }

    /// <summary>What it says when it is asked for the repository.</summary>
    /// <param name="status">The status; 200: the repository.</param>
    /// <param name="message">The message, or the whole body, if it is an object.</param>
    /// <param name="headers">More headers.</param>
    public void Answer(HttpStatusCode status, string message = "no", params (string Name, string Value)[] headers) => _server
        .Given(Request.Create().UsingGet().WithPath(RepositoryPath))
        .RespondWith(Response.Create().WithCallback(request =>
        {
            Count(request);
            return status == HttpStatusCode.OK
                ? Repository()
                : Reply(status, message.StartsWith('{') ? message : $$"""{ "message": "{{message}}" }""", headers);
        }));

    /// <summary>Does not answer until it is released, whether asked for the repository or for a token.</summary>
    public void Stall(bool atTheToken)
    {
        var request = atTheToken ? Request.Create().UsingPost().WithPath(TokenPath) : Request.Create().UsingGet().WithPath(RepositoryPath);
        _server.Given(request).RespondWith(Response.Create().WithCallback(async _ =>
        {
            _asked.TrySetResult();
            await _released.Task;
            return atTheToken ? Token() : Repository();
        }));
    }

    /// <summary>Answers after all.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>No more of it: a connection is refused.</summary>
    public void Stop() => _server.Stop();

    public void Dispose()
    {
        Release();
        _server.Dispose();
    }

    private void Count(IRequestMessage request)
    {
        Interlocked.Increment(ref _checks);
        _asked.TrySetResult();
        Assert.Equal($"Bearer {_credential}", request.Headers!["Authorization"].Single());
    }

    private static ResponseMessage Repository() => Reply(HttpStatusCode.OK, """{ "id": 1, "name": "site", "full_name": "acme/site" }""");

    private static ResponseMessage Token() =>
        Reply(HttpStatusCode.Created, $$"""{ "token": "{{Minted}}", "expires_at": "2999-01-01T00:00:00Z" }""");

    private static ResponseMessage Reply(HttpStatusCode status, string json, params (string Name, string Value)[] headers)
    {
        var reply = new ResponseMessage
        {
            StatusCode = (int)status,
            BodyData = new BodyData { BodyAsString = json, DetectedBodyType = BodyType.String },
        };
        reply.AddHeader("Content-Type", "application/json; charset=utf-8");
        foreach (var (name, value) in headers)
        {
            reply.AddHeader(name, string.Format(CultureInfo.InvariantCulture, "{0}", value));
        }

        return reply;
    }
}

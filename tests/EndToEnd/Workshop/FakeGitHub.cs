using System.Net;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Settings;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>
/// A GitHub on this host that knows one repository, <c>acme/site</c>, its organization and its enterprise, and their runners, and counts what it is asked. What it
/// is asked and what it answers have to be what GitHub's own description of its API says, or else whoever used it fails in the end.
/// </summary>
public sealed partial class FakeGitHub : IDisposable
{
    /// <summary>What a config says to have a token from it.</summary>
    public const string Call = "${{ gha-install-token:acme/site }}";

    private const string Root = "/api/v3";
    private const string Repository = "/repos/acme/site";

    private static readonly string[] Scopes = [Repository, "/orgs/acme", "/enterprises/acme"];

    private readonly WireMockServer _server;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _checks;
    private int _mints;

    public FakeGitHub()
    {
        _server = WireMockServer.Start(new WireMockServerSettings { PreWireMockMiddlewareInit = BreakOff });
        _credential = Credential;
        Answer(HttpStatusCode.OK);
        ServeRunners();
        ServeIdentity();
        Serve("POST", "/actions/runners/registration-token", request =>
        {
            Interlocked.Increment(ref _mints);
            return Token(request);
        });
    }

    /// <summary>The one who asks.</summary>
    public Canary Credential { get; } = new("credential", "ghp_");

    /// <summary>What it mints.</summary>
    public Canary Minted { get; } = new("registration token", "A");

    /// <summary>All that nobody may see.</summary>
    public IReadOnlyList<Canary> Secrets => [Credential, InstallationToken, Minted, JitConfig];

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
        bench.Environment["GITHUB_TOKEN"] = Credential.Value;
    }

    /// <summary>What it says when it is asked for the repository.</summary>
    /// <param name="status">The status; 200: the repository.</param>
    /// <param name="message">The message, or the whole body, if it is an object.</param>
    /// <param name="headers">More headers.</param>
    public void Answer(HttpStatusCode status, string message = "no", params (string Name, string Value)[] headers) =>
        Given("GET", Repository).RespondWith(Response.Create().WithCallback(request =>
        {
            Count();
            return status == HttpStatusCode.OK ? RepositoryFor(request) : Refuse(request, status, message, headers);
        }));

    /// <summary>Does not answer until it is released, whether asked for the repository or for a token.</summary>
    public void Stall(bool atTheToken) => Given(atTheToken ? "POST" : "GET", Repository + (atTheToken ? "/actions/runners/registration-token" : ""))
        .RespondWith(Response.Create().WithCallback(async request =>
        {
            _asked.TrySetResult();
            await _released.Task;
            return atTheToken ? Token(request) : RepositoryFor(request);
        }));

    /// <summary>Answers after all.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>No more of it: a connection is refused.</summary>
    public void Stop() => _server.Stop();

    public void Dispose()
    {
        Release();
        var faults = FindFaults();
        _server.Dispose();
        Assert.True(faults.Count == 0, $"not as GitHub's own description of its API has it:\n{string.Join('\n', faults)}");
    }

    private IRespondWithAProvider Given(string method, params string[] paths) =>
        _server.Given(Request.Create().UsingMethod(method).WithPath([.. paths.Select(path => Root + path)]));

    private void Serve(string method, string path, Func<IRequestMessage, ResponseMessage> answer) =>
        Given(method, [.. Scopes.Select(scope => scope + path)]).RespondWith(Response.Create().WithCallback(answer));

    private void Count()
    {
        Interlocked.Increment(ref _checks);
        _asked.TrySetResult();
    }
}

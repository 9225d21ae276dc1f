using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Types;
using WireMock.Util;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Who asks it: a user by a token, or an App that is installed for its repository.</summary>
public sealed partial class FakeGitHub
{
    /// <summary>The token of the App's installation.</summary>
    public const string InstallationToken = "ghs_TheTokenOfTheInstallation0123456789";

    private readonly ConcurrentQueue<string> _narrowings = [];
    private string _credential = Credential;

    /// <summary>What installation tokens were asked to be good for: the bodies of the requests.</summary>
    public IReadOnlyCollection<string> Narrowings => _narrowings;

    /// <summary>As <see cref="ConnectTo"/>, as an App whose key is in a file of the bench.</summary>
    public void ConnectAsApp(Workbench bench)
    {
        using var key = RSA.Create(2048);
        var file = bench.PathOf("app.pem");
        File.WriteAllText(file, key.ExportRSAPrivateKeyPem());
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        ConnectTo(bench);
        bench.Environment.Remove("GITHUB_TOKEN");
        bench.Environment["ORCHESTRATOR_GITHUB__APP_ID"] = "Iv23liExample";
        bench.Environment["ORCHESTRATOR_GITHUB__APP_KEY_FILE"] = file;
        _credential = InstallationToken;
    }

    /// <summary>Answers so many times with 500 when it is asked for the repository, and then as it should.</summary>
    public void Stumble(int times)
    {
        var left = times;
        _server.Given(Request.Create().UsingGet().WithPath(RepositoryPath)).RespondWith(Response.Create().WithCallback(request =>
        {
            Count(request);
            return Interlocked.Decrement(ref left) >= 0 ? Reply(HttpStatusCode.InternalServerError, "{}") : Repository();
        }));
    }

    /// <summary>Says that the repository is elsewhere.</summary>
    public void Redirect(string location) => Answer(HttpStatusCode.MovedPermanently, "Moved Permanently", ("Location", location));

    /// <summary>Answers with a page that a portal shows to everybody who has not paid yet.</summary>
    public void ShowPage() => _server.Given(Request.Create().UsingGet().WithPath(RepositoryPath)).RespondWith(Response.Create().WithCallback(_ =>
    {
        var page = new ResponseMessage
        {
            StatusCode = 200,
            BodyData = new BodyData { BodyAsString = "<html><title>Welcome to our hotel</title></html>", DetectedBodyType = BodyType.String },
        };
        page.AddHeader("Content-Type", "text/html");
        return page;
    }));

    private void ServeIdentity()
    {
        (string, string)[] limits = [("X-RateLimit-Limit", "5000"), ("X-RateLimit-Remaining", "4987"), ("X-RateLimit-Reset", "4000000000")];
        Serve("GET", "/user", HttpStatusCode.OK, """{ "login": "octo" }""", [("X-OAuth-Scopes", "repo"), .. limits]);
        Serve("GET", "/rate_limit", HttpStatusCode.OK, """{ "resources": {} }""", limits);
        Serve("GET", "/repos/acme/site/installation", HttpStatusCode.OK, """{ "id": 77, "app_slug": "our-app", "permissions": { "administration": "write" } }""");
        _server.Given(Request.Create().UsingPost().WithPath("/api/v3/app/installations/77/access_tokens")).RespondWith(Response.Create().WithCallback(request =>
        {
            _narrowings.Enqueue(request.Body!);
            return Reply(HttpStatusCode.Created, $$"""{ "token": "{{InstallationToken}}", "expires_at": "2999-01-01T00:00:00Z" }""");
        }));
    }

    private void Serve(string method, string path, HttpStatusCode status, string json, params (string Name, string Value)[] headers) => _server
        .Given(Request.Create().UsingMethod(method).WithPath("/api/v3" + path))
        .RespondWith(Response.Create().WithCallback(_ => Reply(status, json, headers)));
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using WireMock.ResponseBuilders;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Who asks it: a user by a token, or an App that is installed for its repository.</summary>
public sealed partial class FakeGitHub
{
    private readonly ConcurrentQueue<string> _narrowings = [];
    private Canary _credential;

    /// <summary>The token of the App's installation.</summary>
    public Canary InstallationToken { get; } = new("installation's token", "ghs_");

    /// <summary>The App's key, once there is an App.</summary>
    public Canary? AppKey { get; private set; }

    /// <summary>What installation tokens were asked to be good for: the bodies of the requests.</summary>
    public IReadOnlyCollection<string> Narrowings => _narrowings;

    /// <summary>As <see cref="ConnectTo"/>, as an App whose key is in a file of the bench.</summary>
    public void ConnectAsApp(Workbench bench)
    {
        using var key = RSA.Create(2048);
        var file = bench.PathOf("app.pem");
        AppKey = new Canary("App's key", key);
        File.WriteAllText(file, AppKey.Value);
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
        Given("GET", Repository).RespondWith(Response.Create().WithCallback(request =>
        {
            Count();
            return Interlocked.Decrement(ref left) >= 0 ? Refuse(request, HttpStatusCode.InternalServerError, "{}") : RepositoryFor(request);
        }));
    }

    /// <summary>Says that the repository is elsewhere.</summary>
    public void Redirect(string location) => Answer(HttpStatusCode.MovedPermanently, "Moved Permanently", ("Location", location));

    private void ServeIdentity()
    {
        (string, string)[] limits = [("X-RateLimit-Limit", "5000"), ("X-RateLimit-Remaining", "4987"), ("X-RateLimit-Reset", "4000000000")];
        Given("GET", "/user").RespondWith(Response.Create().WithCallback(request =>
            Reply(request, HttpStatusCode.OK, new JsonObject { ["login"] = "octo" }, [("X-OAuth-Scopes", "repo"), .. limits])));
        Given("GET", "/rate_limit").RespondWith(Response.Create().WithCallback(request => Reply(request, HttpStatusCode.OK, new JsonObject(), limits)));
        Serve("GET", "/installation", request => Reply(request, HttpStatusCode.OK, new JsonObject
        {
            ["id"] = 77,
            ["app_slug"] = "our-app",
            ["permissions"] = new JsonObject { ["administration"] = "write" },
        }));
        Given("POST", "/app/installations/77/access_tokens").RespondWith(Response.Create().WithCallback(request =>
        {
            _narrowings.Enqueue(request.Body!);
            return Reply(request, HttpStatusCode.Created, new JsonObject { ["token"] = InstallationToken.Value, ["expires_at"] = "2999-01-01T00:00:00Z" });
        }));
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using WireMock;
using WireMock.ResponseBuilders;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>The runners that are registered with its repository.</summary>
public sealed partial class FakeGitHub
{
    /// <summary>What a config says to have a runner registered for its run.</summary>
    public const string JitCall = "${{ gha-jit-config:acme/site }}";

    private const string RunnersPath = "/actions/runners";

    private readonly ConcurrentQueue<string> _registrations = [];
    private readonly ConcurrentDictionary<string, long> _runners = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _registering = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastRunner;
    private HttpStatusCode? _refusal;
    private JitHold _hold;

    /// <summary>Where a registration is held, until it is released.</summary>
    public enum JitHold
    {
        None,

        /// <summary>The request has arrived, and no runner is registered yet.</summary>
        BeforeRegistration,

        /// <summary>The runner is registered, and nobody knows yet.</summary>
        BeforeAnswer,
    }

    /// <summary>What a runner is told that is registered so.</summary>
    public Canary JitConfig { get; } = new("JIT configuration", "eyI", "==");

    /// <summary>The names of the registered runners.</summary>
    public IEnumerable<string> Runners => _runners.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether its runners are connected to it.</summary>
    public bool Online { get; set; }

    /// <summary>Where its runners get their jobs; null: nobody gives them any.</summary>
    public FakeJobs? Jobs { get; set; }

    /// <summary>What runners were registered by: the bodies of the requests.</summary>
    public IReadOnlyCollection<string> Registrations => _registrations;

    /// <summary>Completes when a registration is where it is held.</summary>
    public Task Registering => _registering.Task;

    /// <summary>Whether a runner was ever registered.</summary>
    public bool Registered => Interlocked.Read(ref _lastRunner) > 0;

    /// <summary>Somebody else registers a runner.</summary>
    public void Register(string name) => _runners.TryAdd(name, Interlocked.Increment(ref _lastRunner));

    /// <summary>It has none of that name any more.</summary>
    /// <returns>False where it had none.</returns>
    public bool Forget(string name) => _runners.TryRemove(name, out _);

    /// <summary>Holds registrations.</summary>
    public void Hold(JitHold where) => _hold = where;

    /// <summary>What it says to whoever wants a runner removed, or, where it is not the runner's fault, asks for its runners; null: what it should.</summary>
    public void Refuse(HttpStatusCode? status) => _refusal = status;

    private void ServeRunners()
    {
        Given("POST", [.. Scopes.Select(scope => $"{scope}{RunnersPath}/generate-jitconfig")])
            .RespondWith(Response.Create().WithCallback(async request => await RegisterAsync(request)));
        Serve("GET", RunnersPath, request => (_refusal >= HttpStatusCode.InternalServerError ? Refusal(request) : null) ?? Reply(request, HttpStatusCode.OK, List()));
        Serve("GET", RunnersPath + "/downloads", request => Reply(request, HttpStatusCode.OK, new JsonArray(
            new JsonObject { ["os"] = "linux", ["architecture"] = "x64", ["filename"] = "actions-runner-linux-x64-2.336.0.tar.gz" })));
        Serve("DELETE", RunnersPath + "/*", request => Refusal(request) ?? Remove(request));
        Given("GET", [.. Scopes[1..].Select(scope => scope + "/actions/runner-groups")]).RespondWith(Response.Create().WithCallback(request =>
            Reply(request, HttpStatusCode.OK, new JsonObject
            {
                ["total_count"] = 2,
                ["runner_groups"] = new JsonArray(new JsonObject { ["id"] = 1, ["name"] = "Default" }, new JsonObject { ["id"] = 9, ["name"] = "Big" }),
            })));
    }

    private async Task<ResponseMessage> RegisterAsync(IRequestMessage request)
    {
        _registrations.Enqueue(request.Body!);
        var name = JsonElement.Parse(request.Body!).GetProperty("name").GetString()!;
        if (_hold == JitHold.BeforeRegistration)
        {
            _registering.TrySetResult();
            await _released.Task;
        }

        var runner = new KeyValuePair<string, long>(name, Interlocked.Increment(ref _lastRunner));
        var added = _runners.TryAdd(runner.Key, runner.Value);
        if (_hold == JitHold.BeforeAnswer)
        {
            _registering.TrySetResult();
            await _released.Task;
        }

        return added
            ? Reply(request, HttpStatusCode.Created, new JsonObject { ["runner"] = Show(runner), ["encoded_jit_config"] = Jobs?.ConfigFor(name) ?? JitConfig.Value })
            : Refuse(request, HttpStatusCode.Conflict, "Already exists - A runner with the name already exists.");
    }

    private ResponseMessage? Refusal(IRequestMessage request) => _refusal is { } status ? Refuse(request, status, "not now") : null;

    private JsonObject List() => new() { ["total_count"] = _runners.Count, ["runners"] = new JsonArray([.. _runners.Select(Show)]) };

    private JsonObject Show(KeyValuePair<string, long> runner) => new()
    {
        ["id"] = runner.Value,
        ["name"] = runner.Key,
        ["os"] = "unknown",
        ["status"] = Online || Jobs?.IsListening(runner.Key) is true ? "online" : "offline",
        ["busy"] = Jobs?.IsBusy(runner.Key) is true,
    };

    private ResponseMessage Remove(IRequestMessage request)
    {
        var id = request.Path.Split('/')[^1];
        var found = _runners.FirstOrDefault(runner => runner.Value.ToString(CultureInfo.InvariantCulture) == id);
        if (found.Key is not null && Jobs?.IsBusy(found.Key) is true)
        {
            return Refuse(request, HttpStatusCode.UnprocessableEntity, $"Runner {found.Key} is still running a job");
        }

        return found.Key is not null && Forget(found.Key)
            ? new ResponseMessage { StatusCode = (int)HttpStatusCode.NoContent }
            : Refuse(request, HttpStatusCode.NotFound, "Not Found");
    }
}

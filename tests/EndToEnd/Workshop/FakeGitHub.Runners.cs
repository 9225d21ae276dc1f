using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>The runners that are registered with its repository.</summary>
public sealed partial class FakeGitHub
{
    /// <summary>What a config says to have a runner registered for its run.</summary>
    public const string JitCall = "${{ gha-jit-config:acme/site }}";

    /// <summary>What a runner is told that is registered so.</summary>
    public const string JitConfig = "QVJVTk5FUlNDT05GSUdUSEFUTk9CT0RZTUFZU0VF";

    private const string RunnersPath = RepositoryPath + "/actions/runners";

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

    /// <summary>The names of the registered runners.</summary>
    public IEnumerable<string> Runners => _runners.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether its runners are connected to it.</summary>
    public bool Online { get; set; }

    /// <summary>What runners were registered by: the bodies of the requests.</summary>
    public IReadOnlyCollection<string> Registrations => _registrations;

    /// <summary>Completes when a registration is where it is held.</summary>
    public Task Registering => _registering.Task;

    /// <summary>Whether a runner was ever registered.</summary>
    public bool Registered => Interlocked.Read(ref _lastRunner) > 0;

    /// <summary>Somebody else registers a runner.</summary>
    public void Register(string name) => _runners.TryAdd(name, Interlocked.Increment(ref _lastRunner));

    /// <summary>Holds registrations.</summary>
    public void Hold(JitHold where) => _hold = where;

    /// <summary>What it says to whoever wants a runner removed, or, where it is not the runner's fault, asks for its runners; null: what it should.</summary>
    public void Refuse(HttpStatusCode? status) => _refusal = status;

    private void ServeRunners()
    {
        _server
            .Given(Request.Create().UsingPost().WithPath(RunnersPath + "/generate-jitconfig"))
            .RespondWith(Response.Create().WithCallback(async request => await RegisterAsync(request)));
        _server
            .Given(Request.Create().UsingGet().WithPath(RunnersPath))
            .RespondWith(Response.Create().WithCallback(_ => (_refusal >= HttpStatusCode.InternalServerError ? Refusal() : null) ?? Reply(HttpStatusCode.OK, List())));
        _server
            .Given(Request.Create().UsingGet().WithPath(RunnersPath + "/downloads"))
            .RespondWith(Response.Create().WithCallback(_ => Reply(HttpStatusCode.OK, "[]")));
        _server
            .Given(Request.Create().UsingDelete().WithPath(RunnersPath + "/*"))
            .RespondWith(Response.Create().WithCallback(request => Refusal() ?? Remove(request.Path.Split('/')[^1])));
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

        var added = _runners.TryAdd(name, Interlocked.Increment(ref _lastRunner));
        if (_hold == JitHold.BeforeAnswer)
        {
            _registering.TrySetResult();
            await _released.Task;
        }

        return added
            ? Reply(HttpStatusCode.Created, $$"""{ "runner": { "id": 1, "name": "{{name}}" }, "encoded_jit_config": "{{JitConfig}}" }""")
            : Reply(HttpStatusCode.Conflict, """{ "message": "Already exists - A runner with the name already exists." }""");
    }

    private ResponseMessage? Refusal() => _refusal is { } status ? Reply(status, """{ "message": "not now" }""") : null;

    private string List() => new JsonObject
    {
        ["total_count"] = _runners.Count,
        ["runners"] = new JsonArray([.. _runners.Select(runner => new JsonObject
        {
            ["id"] = runner.Value,
            ["name"] = runner.Key,
            ["os"] = "unknown",
            ["status"] = Online ? "online" : "offline",
            ["busy"] = false,
            ["labels"] = new JsonArray(),
        })]),
    }.ToJsonString();

    private ResponseMessage Remove(string id)
    {
        var found = _runners.FirstOrDefault(runner => runner.Value.ToString(CultureInfo.InvariantCulture) == id);
        return found.Key is not null && _runners.TryRemove(found.Key, out _)
            ? new ResponseMessage { StatusCode = (int)HttpStatusCode.NoContent }
            : Reply(HttpStatusCode.NotFound, """{ "message": "Not Found" }""");
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>
/// The other half of a GitHub on this host: gives its runners jobs, and takes what comes of them. The runner that stands in for GitHub's (<c>tests/EndToEnd/Runner</c>)
/// knows its words. It is at an address of this host that guests can be let at, which the loopback's is not.
/// </summary>
public sealed class FakeJobs : IDisposable
{
    private readonly FakeGitHub _github;
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal); // by their tokens
    private readonly ConcurrentDictionary<string, State> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Job> _queue = new();
    private readonly ConcurrentDictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _news = new(0);

    /// <summary>Gives jobs to the runners of this GitHub.</summary>
    public FakeJobs(FakeGitHub github)
    {
        _github = github;
        github.Jobs = this;
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .Where(link => link is { OperationalStatus: OperationalStatus.Up, NetworkInterfaceType: not NetworkInterfaceType.Loopback })
            .SelectMany(link => link.GetIPProperties().UnicastAddresses)
            .FirstOrDefault(found => found.Address.AddressFamily == AddressFamily.InterNetwork)?.Address;
        Assert.SkipWhen(address is null, "this host has no address but its loopback's, which no guest is let at");
        using (var probe = new TcpListener(address!, 0))
        {
            probe.Start();
            Endpoint = $"{address}:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add($"http://{Endpoint}/");
        _listener.Start();
        _ = ListenAsync();
    }

    private enum State
    {
        Registered,
        Listening,
        Busy,
    }

    /// <summary>Its address and port, which the instances have to be allowed.</summary>
    public string Endpoint { get; }

    /// <summary>Queues a job.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="script">What it does, in bash; <c>$GATE</c> in it waits until the job is let go on, <c>$TELL</c> takes what <see cref="Job.Told"/> is to be.</param>
    public Job Enqueue(string name, string script)
    {
        var job = new Job(name, $"GATE() {{ until curl -fs http://{Endpoint}/gate/{name} >/dev/null; do sleep 1; done; }}\n"
            + $"TELL() {{ curl -fs --data-binary @- http://{Endpoint}/told/{name}; }}\n{script}");
        _jobs[name] = job;
        _queue.Enqueue(job);
        _news.Release();
        return job;
    }

    /// <summary>It notices that a runner's machine is gone, as GitHub does after a while.</summary>
    public void Notice(string runner) => _states[runner] = State.Registered;

    /// <summary>Whether a runner waits for a job, or does one.</summary>
    public bool IsListening(string runner) => _states.TryGetValue(runner, out var state) && state != State.Registered;

    /// <summary>Whether a runner does a job.</summary>
    public bool IsBusy(string runner) => _states.TryGetValue(runner, out var state) && state == State.Busy;

    /// <summary>What a runner is told that is registered for a single job: files, as GitHub has them.</summary>
    public string ConfigFor(string runner) => Encode(new JsonObject
    {
        [".runner"] = Encode(new JsonObject { ["agentName"] = runner, ["serverUrl"] = $"http://{Endpoint}" }),
        [".credentials"] = Encode(Credentials(runner)),
    });

    public void Dispose()
    {
        _over.Cancel();
        _listener.Close();
        _over.Dispose();
        _news.Dispose();
        Assert.Empty(_faults);
    }

    private static string Encode(JsonObject value) => Convert.ToBase64String(Encoding.UTF8.GetBytes(value.ToJsonString()));

    private JsonObject Credentials(string runner)
    {
        var token = RandomNumberGenerator.GetHexString(40, lowercase: true);
        _names[token] = runner;
        _states[runner] = State.Registered;
        return new JsonObject { ["token"] = token };
    }

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                _ = AnswerAsync(context);
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream);
            var (status, body) = await AnswerAsync(context.Request, await reader.ReadToEndAsync(_over.Token));
            context.Response.StatusCode = (int)status;
            context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // Whoever asked is gone, or all of this is over.
        }
    }

    private async Task<(HttpStatusCode Status, string Body)> AnswerAsync(HttpListenerRequest request, string body)
    {
        var path = request.Url!.AbsolutePath;
        if (path.StartsWith("/gate/", StringComparison.Ordinal))
        {
            return (_jobs.TryGetValue(path[6..], out var waiting) && waiting.IsOpen ? HttpStatusCode.OK : HttpStatusCode.NotFound, "");
        }

        if (path.StartsWith("/told/", StringComparison.Ordinal))
        {
            _jobs[path[6..]].Told = body;
            return (HttpStatusCode.OK, "");
        }

        var token = request.Headers["Authorization"]?["Bearer ".Length..] ?? "";
        if (path == "/runner/registrations")
        {
            return token == _github.Minted.Value ? Register(JsonNode.Parse(body)!) : (HttpStatusCode.Unauthorized, "");
        }

        if (!_names.TryGetValue(token, out var runner) || !_github.Runners.Contains(runner))
        {
            return (HttpStatusCode.Unauthorized, "");
        }

        switch (path)
        {
            case "/runner/sessions":
                _states[runner] = State.Listening;
                return (HttpStatusCode.Created, "");
            case "/runner/messages":
                return await _news.WaitAsync(TimeSpan.FromSeconds(20), _over.Token) && _queue.TryDequeue(out var job) ? Give(job, runner) : (HttpStatusCode.Accepted, "");
            case "/runner/results":
                // An ephemeral runner's registration ends with its job.
                if (!_states.TryRemove(runner, out _) || !_github.Forget(runner))
                {
                    _faults.Enqueue($"{runner} tells of a job that it does not have");
                    return (HttpStatusCode.Conflict, "");
                }

                _jobs.Values.Single(done => done.Runner == runner).Finish(JsonNode.Parse(body)!["result"]!.GetValue<string>());
                return (HttpStatusCode.OK, "");
            default:
                return (HttpStatusCode.NotFound, "");
        }
    }

    private (HttpStatusCode Status, string Body) Register(JsonNode wanted)
    {
        var name = wanted["name"]!.GetValue<string>();
        if (_github.Runners.Contains(name) && !wanted["replace"]!.GetValue<bool>())
        {
            return (HttpStatusCode.Conflict, "");
        }

        _github.Register(name);
        return (HttpStatusCode.Created, Credentials(name).ToJsonString());
    }

    private (HttpStatusCode Status, string Body) Give(Job job, string runner)
    {
        _states[runner] = State.Busy;
        job.Begin(runner);
        return (HttpStatusCode.OK, new JsonObject { ["name"] = job.Name, ["script"] = job.Script }.ToJsonString());
    }

    /// <summary>A job.</summary>
    public sealed class Job(string name, string script)
    {
        private readonly TaskCompletionSource<string> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Its name.</summary>
        public string Name => name;

        /// <summary>What it does.</summary>
        public string Script => script;

        /// <summary>Whose it is; null while it is nobody's.</summary>
        public string? Runner { get; private set; }

        /// <summary>Whether it may go on.</summary>
        public bool IsOpen { get; private set; }

        /// <summary>What it told of itself.</summary>
        public string Told { get; set; } = "";

        /// <summary>Lets it go on.</summary>
        public void Open() => IsOpen = true;

        /// <summary>Completes with the name of its runner.</summary>
        public Task<string> BegunAsync() => WaitAsync(_begun.Task);

        /// <summary>Completes when it is over.</summary>
        public Task<string> ResultAsync() => WaitAsync(_result.Task);

        internal void Begin(string runner)
        {
            Runner = runner;
            _begun.SetResult(runner);
        }

        internal void Finish(string result) => _result.SetResult(result);

        private static async Task<string> WaitAsync(Task<string> task)
        {
            using var deadline = ProcessControl.Deadline();
            return await task.WaitAsync(deadline.Token);
        }
    }
}

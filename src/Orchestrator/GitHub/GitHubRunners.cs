using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Octokit;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Http;
using Orchestrator.Leases;

namespace Orchestrator.GitHub;

/// <summary>
/// Self-hosted runners that are registered with repositories, organizations and enterprises. A lease's scope is its address in the API, so that nobody looks for
/// it on another GitHub.
/// </summary>
/// <param name="api">The connection to GitHub.</param>
/// <param name="remarkPatience">How long what is only good to know is waited for.</param>
internal sealed partial class GitHubRunners(GitHubApi api, TimeSpan? remarkPatience = null) : ILessor
{
    // The default group's number (docs.github.com, REST API, "Create configuration for a just-in-time runner for a repository": a repository's only one).
    private const int DefaultGroup = 1;
    private const int LongestName = 64;
    private const int PageSize = 100;
    private const string Json = "application/json";

    private readonly Dictionary<string, Task<(List<RunnerModel> Runners, Version? Newest)>> _listings = new(StringComparer.Ordinal);

    public string Kind => "gha-runner";

    /// <summary>The lease of a run's runner.</summary>
    /// <param name="scope">What it is to belong to.</param>
    /// <param name="run">The run.</param>
    /// <param name="name">What a person who reads GitHub's list wants to see; the run id makes it unique.</param>
    public Lease LeaseOf(GitHubScope scope, VmId run, string name)
    {
        var room = LongestName - run.Value.Length - 1;
        return new Lease(Kind, new Uri(api.Address, scope.Path).AbsoluteUri, $"{(name.Length <= room ? name : name[..room])}-{run}");
    }

    /// <summary>Finds out whether the token may see the runners, which whoever registers one may, and changes nothing.</summary>
    /// <exception cref="HostException">It may not.</exception>
    public Task CheckAsync(string subject, GitHubScope scope, string? group, CancellationToken cancellationToken) => api.CallAsync(
        subject,
        scope,
        async (connection, token) =>
        {
            await FindGroupAsync(subject, connection, scope, group, token);
            return await ListAsync(connection, scope.RunnersPath, name: "", token).AnyAsync(token);
        },
        cancellationToken);

    /// <summary>Registers a runner for a single job.</summary>
    /// <param name="subject">Whom it is for; messages begin with it.</param>
    /// <param name="scope">What it is to belong to.</param>
    /// <param name="name">Its name.</param>
    /// <param name="labels">All of its labels.</param>
    /// <param name="group">The name of its group; null: the default one.</param>
    /// <param name="refused">Called where there is certainly no such runner.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    /// <returns>What <c>run.sh --jitconfig</c> takes.</returns>
    /// <exception cref="HostException">It cannot be registered, or nobody can tell whether it is.</exception>
    public Task<Secret> RegisterAsync(
        string subject, GitHubScope scope, string name, IReadOnlyList<string> labels, string? group, Action refused, CancellationToken cancellationToken) => api.CallAsync(
        subject,
        scope,
        async (connection, token) =>
        {
            var request = new JitConfigRequestModel(name, await FindGroupAsync(subject, connection, scope, group, token), labels);
            try
            {
                return await RegisterAsync(connection, scope, request, refused, token);
            }
            catch (ApiException error) when (error.StatusCode == HttpStatusCode.Conflict)
            {
                // The name is this run's, so somebody between us and GitHub sent the request twice, and the answer to the first is lost.
                var removed = await RemoveAsync(connection, scope.RunnersPath, name, token);
                return await RegisterAsync(connection, scope, request, removed ? refused : () => { }, token); // GitHub has one, and does not list it yet
            }
        },
        cancellationToken);

    public Task<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        var (path, scope) = ScopeOf(lease);
        return api.CallAsync(
            path, scope, (connection, token) => RemoveAsync(connection, scope.RunnersPath, lease.Name, token), cancellationToken);
    }

    private (string Path, GitHubScope Scope) ScopeOf(Lease lease)
    {
        var root = api.Address.AbsoluteUri;
        if (!lease.Scope.StartsWith(root, StringComparison.Ordinal))
        {
            throw new HostException(HostProblem.Other, $"it is not on the GitHub at {root}: set github.api-url to where it is");
        }

        var path = lease.Scope[root.Length..];
        var scope = GitHubScope.OfPath(path)
            ?? throw new HostException(HostProblem.Other, $"'{path}' has no runners; another version of this program knows what it is");
        return (path, scope);
    }

    public async Task<LeaseSight> LookAsync(Lease lease, CancellationToken cancellationToken)
    {
        var (path, scope) = ScopeOf(lease);
        Task<(List<RunnerModel> Runners, Version? Newest)> listing;
        lock (_listings)
        {
            if (!_listings.TryGetValue(path, out listing!) || listing.IsCompleted)
            {
                _listings[path] = listing = api.CallAsync(
                    path,
                    scope,
                    async (connection, token) =>
                        (await ListAsync(connection, scope.RunnersPath, name: "", token).ToListAsync(token), await FindNewestAsync(connection, scope.RunnersPath, token)),
                    CancellationToken.None);
            }
        }

        var (runners, newest) = await listing.WaitAsync(cancellationToken);
        return runners.FirstOrDefault(runner => runner.Name == lease.Name) switch
        {
            null => new LeaseSight(LeaseView.Gone),
            { Status: "offline" } => new LeaseSight(LeaseView.Unused),
            var runner => new LeaseSight(LeaseView.InUse, RemarkOn(runner.Version, newest)),
        };
    }

    // docs.github.com, "Self-hosted runners reference", Runner software updates.
    private static string? RemarkOn(string? version, Version? newest) =>
        Version.TryParse(version, out var own) && newest is not null && (own.Major, own.Minor).CompareTo((newest.Major, newest.Minor)) < 0
            ? $"its runner is version {own} and {newest} is out: GitHub gives no jobs to one that is older than what was out 30 days ago; build its image anew"
            : null;

    // Good to know, not needed: null where nobody can tell, whatever the reason.
    private async Task<Version?> FindNewestAsync(IConnection connection, string path, CancellationToken token)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(remarkPatience ?? TimeSpan.FromSeconds(5));
        try
        {
            var answer = await connection.Get<IReadOnlyList<RunnerDownloadModel>>(new Uri(path + "/downloads", UriKind.Relative), null, Json, patience.Token);
            return (answer.Body ?? [])
                .Select(download => PackageName.Match(download.Filename ?? ""))
                .Where(match => match.Success)
                .Max(match => Version.Parse(match.Groups[1].ValueSpan));
        }
        catch (Exception) when (!token.IsCancellationRequested)
        {
            return null;
        }
    }

    // Such as actions-runner-linux-x64-2.330.0.tar.gz.
    [GeneratedRegex(@"-(\d{1,9}\.\d{1,9}\.\d{1,9})\.(tar\.gz|zip)$")]
    private static partial Regex PackageName { get; }

    private static async Task<Secret> RegisterAsync(
        IConnection connection, GitHubScope scope, JitConfigRequestModel request, Action refused, CancellationToken token)
    {
        var address = new Uri($"{scope.RunnersPath}/generate-jitconfig", UriKind.Relative);
        try
        {
            var answer = await connection.Post<JitConfigModel>(address, request, Json, Json, parameters: null, token);
            return string.IsNullOrEmpty(answer.Body?.EncodedJitConfig)
                ? throw new FormatException("the answer has no configuration")
                : new Secret(answer.Body.EncodedJitConfig);
        }
        catch (ApiException error) when (IsRefusal(error.StatusCode))
        {
            refused();
            if (error is { StatusCode: HttpStatusCode.UnprocessableEntity, HttpResponse: { } answer })
            {
                throw new ExplainedException($"GitHub does not take such a runner ({GitHubError.Read(answer).Status}): check its labels, its group and its name");
            }

            throw;
        }
    }

    // What else goes wrong may go wrong after it was done.
    private static bool IsRefusal(HttpStatusCode status) => status
        is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound
        or HttpStatusCode.UnprocessableEntity or HttpStatusCode.TooManyRequests;

    private static async Task<long> FindGroupAsync(string subject, IConnection connection, GitHubScope scope, string? name, CancellationToken token)
    {
        if (name is null || scope.GroupsPath is not { } path)
        {
            return DefaultGroup;
        }

        var names = new List<string>();
        for (var page = 1; ; page++)
        {
            var answer = await connection.Get<RunnerGroupListModel>(new Uri(path, UriKind.Relative), Page(page), Json, token);
            var groups = answer.Body?.RunnerGroups ?? throw new FormatException("the answer has no groups");
            if (groups.FirstOrDefault(group => group.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                return found.Id;
            }

            names.AddRange(groups.Select(group => group.Name));
            if (groups.Count < PageSize)
            {
                var known = HttpFailure.Clean(string.Join(", ", names));
                throw new HostException(
                    HostProblem.ServiceUnavailable, $"{subject}: the {scope.Noun} has no group of runners {JsonText.Quote(name)} that the token can see: it has {known}");
            }
        }
    }

    private static async Task<bool> RemoveAsync(IConnection connection, string path, string name, CancellationToken token)
    {
        if (await FindAsync(connection, path, name, token) is not { } id)
        {
            return false;
        }

        try
        {
            await connection.Delete(new Uri(string.Create(CultureInfo.InvariantCulture, $"{path}/{id}"), UriKind.Relative));
            return true;
        }
        catch (ApiException error) when (error.StatusCode == HttpStatusCode.NotFound)
        {
            return true; // somebody was quicker
        }
        catch (ApiException error) when (error.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            throw new HostException(
                HostProblem.ServiceUnavailable,
                "GitHub takes the runner for busy (422); it notices within a quarter of an hour that its machine is gone, and removes it when it is asked then",
                error);
        }
    }

    // How GitHub matches a name is not documented, so that it may give others too, or ignore the question.
    private static async Task<long?> FindAsync(IConnection connection, string path, string name, CancellationToken token) =>
        (await ListAsync(connection, path, name, token).FirstOrDefaultAsync(runner => runner.Name == name, token))?.Id;

    private static async IAsyncEnumerable<RunnerModel> ListAsync(
        IConnection connection, string path, string name, [EnumeratorCancellation] CancellationToken token)
    {
        for (var page = 1; ; page++)
        {
            var query = Page(page);
            query["name"] = name;
            var answer = await connection.Get<RunnerListModel>(new Uri(path, UriKind.Relative), query, Json, token);
            var runners = answer.Body?.Runners ?? throw new FormatException("the answer has no runners");
            foreach (var runner in runners)
            {
                yield return runner;
            }

            if (runners.Count < PageSize)
            {
                yield break;
            }
        }
    }

    private static Dictionary<string, string> Page(int page) => new()
    {
        ["per_page"] = PageSize.ToString(CultureInfo.InvariantCulture),
        ["page"] = page.ToString(CultureInfo.InvariantCulture),
    };
}

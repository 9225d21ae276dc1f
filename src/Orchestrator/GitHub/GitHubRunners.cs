using System.Globalization;
using System.Net;
using Octokit;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Leases;

namespace Orchestrator.GitHub;

/// <summary>
/// Self-hosted runners that are registered with repositories. A lease's scope is the repository's address in the API, so that nobody looks for it on another
/// GitHub.
/// </summary>
internal sealed class GitHubRunners(GitHubApi api) : ILessor
{
    // A repository's only group (docs.github.com, REST API, "Create configuration for a just-in-time runner for a repository").
    private const int DefaultGroup = 1;
    private const int LongestName = 64;
    private const int PageSize = 100;
    private const string Json = "application/json";

    public string Kind => "gha-runner";

    /// <summary>The lease of a run's runner.</summary>
    public Lease LeaseOf(GitHubScope scope, VmId run, string instance)
    {
        // A person who reads GitHub's list wants the instance's name; the run id makes it unique.
        var room = LongestName - run.Value.Length - 1;
        return new Lease(
            Kind, new Uri(api.Address, scope.Path).AbsoluteUri, $"{(instance.Length <= room ? instance : instance[..room])}-{run}");
    }

    /// <summary>Finds out whether the token may see a repository's runners, which whoever registers one may, and changes nothing.</summary>
    /// <exception cref="HostException">It may not.</exception>
    public Task CheckAsync(string subject, GitHubScope scope, CancellationToken cancellationToken) => api.CallAsync(
        subject,
        scope,
        async (connection, token) => await ListAsync(connection, scope.RunnersPath, name: "", page: 1, token),
        cancellationToken);

    /// <summary>Registers a runner for a single job.</summary>
    /// <param name="subject">Whom it is for; messages begin with it.</param>
    /// <param name="scope">What it is registered with.</param>
    /// <param name="name">Its name.</param>
    /// <param name="labels">All of its labels.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    /// <returns>What <c>run.sh --jitconfig</c> takes.</returns>
    /// <exception cref="HostException">It cannot be registered, or nobody can tell whether it is.</exception>
    public Task<Secret> RegisterAsync(
        string subject, GitHubScope scope, string name, IReadOnlyList<string> labels, CancellationToken cancellationToken) => api.CallAsync(
        subject,
        scope,
        async (connection, token) =>
        {
            var request = new JitConfigRequestModel(name, DefaultGroup, labels);
            try
            {
                return await RegisterAsync(connection, scope, request, token);
            }
            catch (ApiException error) when (error.StatusCode == HttpStatusCode.Conflict)
            {
                // The name is this run's, so somebody between us and GitHub sent the request twice, and the answer to the first is lost.
                await RemoveAsync(connection, scope.RunnersPath, name, token);
                return await RegisterAsync(connection, scope, request, token);
            }
        },
        cancellationToken);

    public Task<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        var root = api.Address.AbsoluteUri;
        if (!lease.Scope.StartsWith(root, StringComparison.Ordinal))
        {
            throw new HostException(HostProblem.Other, $"it is not on the GitHub at {root}: set github.api-url to where it is");
        }

        var path = lease.Scope[root.Length..];
        var scope = GitHubScope.OfPath(path)
            ?? throw new HostException(HostProblem.Other, $"'{path}' is neither a repository nor an organization; another version of this program knows what it is");
        return api.CallAsync(
            path, scope, (connection, token) => RemoveAsync(connection, scope.RunnersPath, lease.Name, token), cancellationToken);
    }

    private static async Task<Secret> RegisterAsync(
        IConnection connection, GitHubScope scope, JitConfigRequestModel request, CancellationToken token)
    {
        var address = new Uri($"{scope.RunnersPath}/generate-jitconfig", UriKind.Relative);
        var answer = await connection.Post<JitConfigModel>(address, request, Json, Json, parameters: null, token);
        return string.IsNullOrEmpty(answer.Body?.EncodedJitConfig)
            ? throw new FormatException("the answer has no configuration")
            : new Secret(answer.Body.EncodedJitConfig);
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
    private static async Task<long?> FindAsync(IConnection connection, string path, string name, CancellationToken token)
    {
        for (var page = 1; ; page++)
        {
            var runners = await ListAsync(connection, path, name, page, token);
            if (runners.FirstOrDefault(runner => runner.Name == name) is { } found)
            {
                return found.Id;
            }

            if (runners.Count < PageSize)
            {
                return null;
            }
        }
    }

    private static async Task<IReadOnlyList<RunnerModel>> ListAsync(
        IConnection connection, string path, string name, int page, CancellationToken token)
    {
        var query = new Dictionary<string, string>
        {
            ["name"] = name,
            ["per_page"] = PageSize.ToString(CultureInfo.InvariantCulture),
            ["page"] = page.ToString(CultureInfo.InvariantCulture),
        };
        var answer = await connection.Get<RunnerListModel>(new Uri(path, UriKind.Relative), query, Json, token);
        return answer.Body?.Runners ?? throw new FormatException("the answer has no runners");
    }
}

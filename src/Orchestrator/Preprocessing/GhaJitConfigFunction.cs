using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;

namespace Orchestrator.Preprocessing;

/// <summary>
/// <c>gha-jit-config:OWNER/REPO</c>: registers a just-in-time runner with a repository, good for a single job; the value is what the runner's
/// <c>run.sh --jitconfig</c> takes. GitHub's <c>POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig</c>. The runner is registered from that moment
/// on, and so it is a lease of the run.
/// </summary>
internal sealed class GhaJitConfigFunction(GitHubCredentials credentials, GitHubRunners runners) : IConfigFunction
{
    public string Name => "gha-jit-config";

    public string Usage => $"{Name}:OWNER/REPO";

    public string? Validate(string argument) => GitHubScope.Validate(argument);

    public string? FindObstacle() => credentials.FindObstacle();

    public Task CheckAsync(string argument, CancellationToken cancellationToken) =>
        runners.CheckAsync($"{Name} {argument}", GitHubScope.Parse(argument), cancellationToken);

    public Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken)
    {
        var scope = GitHubScope.Parse(argument);
        var lease = runners.LeaseOf(scope, run.Run, run.Instance);

        // What config.sh gives a runner by itself.
        string[] labels = ["self-hosted", "Linux", run.Architecture == GuestArchitecture.Arm64 ? "ARM64" : "X64"];
        return run.AcquireAsync(
            lease, () => runners.RegisterAsync($"{Name} {argument}", scope, lease.Name, labels, cancellationToken));
    }
}

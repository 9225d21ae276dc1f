using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.GitHub;

namespace Orchestrator.Preprocessing;

/// <summary>
/// <c>gha-jit-config:OWNER/REPO|ORG[;labels=A,B][;group=GROUP][;name=NAME]</c>: registers a just-in-time runner, good for a single job; the value is what the
/// runner's <c>run.sh --jitconfig</c> takes. GitHub's <c>POST …/actions/runners/generate-jitconfig</c>. The runner is registered from that moment on, and so it
/// is a lease of the run.
/// </summary>
internal sealed class GhaJitConfigFunction(GitHubCredentials credentials, GitHubRunners runners) : IGitHubFunction
{
    /// <summary>The name, for whoever calls it though no config says so.</summary>
    public const string FunctionName = "gha-jit-config";

    public string Name => FunctionName;

    public string Usage => $"{Name}:{GitHubScope.Usage}[;labels=A,B][;group=GROUP][;name=NAME]";

    public string Summary => "what run.sh --jitconfig takes: the configuration of a runner that is registered for a single job";

    public string? Validate(string argument) => JitRunner.Validate(argument);

    public GitHubScope ScopeOf(string argument) => JitRunner.Parse(argument).Scope;

    public string? FindObstacle(string argument) => credentials.FindObstacle();

    public Task CheckAsync(string argument, CancellationToken cancellationToken)
    {
        var wanted = JitRunner.Parse(argument);
        return runners.CheckAsync(SubjectOf(wanted), wanted.Scope, wanted.Group, cancellationToken);
    }

    public Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken)
    {
        var wanted = JitRunner.Parse(argument);
        var lease = runners.LeaseOf(wanted.Scope, run.Run, wanted.Name ?? run.Instance);

        // By default what config.sh gives a runner by itself.
        var labels = wanted.Labels ?? ["self-hosted", "Linux", run.Architecture == GuestArchitecture.Arm64 ? "ARM64" : "X64"];
        return run.AcquireAsync(
            lease, refused => runners.RegisterAsync(SubjectOf(wanted), wanted.Scope, lease.Name, labels, wanted.Group, refused, cancellationToken));
    }

    private string SubjectOf(JitRunner wanted) => $"{Name} {wanted.Scope}";
}

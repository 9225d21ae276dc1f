using Orchestrator.Configuration;
using Orchestrator.GitHub;

namespace Orchestrator.Preprocessing;

/// <summary>
/// <c>gha-install-token:OWNER/REPO|ORG</c>: a token that registers a self-hosted runner with a repository or an organization; good for an hour and any number of
/// runners. GitHub's <c>POST …/actions/runners/registration-token</c>.
/// </summary>
internal sealed class GhaInstallTokenFunction(GitHubCredentials credentials, GitHubApi api) : IGitHubFunction
{
    public string Name => "gha-install-token";

    public string Usage => $"{Name}:{GitHubScope.Usage}";

    public string Summary => "a token that registers a self-hosted runner, valid for an hour";

    public string? Validate(string argument) => GitHubScope.Validate(argument);

    public GitHubScope ScopeOf(string argument) => GitHubScope.Parse(argument);

    public string? FindObstacle(string argument) => credentials.FindObstacle();

    public Task CheckAsync(string argument, CancellationToken cancellationToken)
    {
        var (subject, scope) = ($"{Name} {argument}", GitHubScope.Parse(argument));

        // Anybody may see that an organization exists; only whoever may register runners sees them.
        return scope.Repository is null
            ? new GitHubRunners(api).CheckAsync(subject, scope, group: null, cancellationToken)
            : api.CallAsync(
                subject,
                scope,
                async (connection, token) => await connection.Get<RepositoryModel>(new Uri(scope.Path, UriKind.Relative), null, null, token),
                cancellationToken);
    }

    public Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken)
    {
        var scope = GitHubScope.Parse(argument);
        return api.CallAsync(
            $"{Name} {argument}",
            scope,
            async (connection, token) =>
            {
                var answer = await connection.Post<RegistrationTokenModel>(new Uri($"{scope.RunnersPath}/registration-token", UriKind.Relative), token);
                return string.IsNullOrEmpty(answer.Body?.Token)
                    ? throw new FormatException("the answer has no token")
                    : new Secret(answer.Body.Token);
            },
            cancellationToken);
    }
}

using Orchestrator.Configuration;
using Orchestrator.GitHub;

namespace Orchestrator.Preprocessing;

/// <summary>
/// <c>gha-install-token:OWNER/REPO</c>: a token that registers a self-hosted runner with a repository; good for an hour and any number of
/// runners. GitHub's <c>POST /repos/{owner}/{repo}/actions/runners/registration-token</c>.
/// </summary>
internal sealed class GhaInstallTokenFunction(GitHubCredentials credentials, GitHubApi api) : IConfigFunction
{
    public string Name => "gha-install-token";

    public string Usage => $"{Name}:OWNER/REPO";

    public string? Validate(string argument) => GitHubScope.Validate(argument);

    public string? FindObstacle() => credentials.FindObstacle();

    public Task CheckAsync(string argument, CancellationToken cancellationToken) => api.CallAsync(
        $"{Name} {argument}",
        GitHubScope.Parse(argument),
        async (connection, token) =>
            await connection.Get<RepositoryModel>(new Uri(GitHubScope.Parse(argument).Path, UriKind.Relative), null, null, token),
        cancellationToken);

    public Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken) => api.CallAsync(
        $"{Name} {argument}",
        GitHubScope.Parse(argument),
        async (connection, token) =>
        {
            var address = new Uri($"{GitHubScope.Parse(argument).RunnersPath}/registration-token", UriKind.Relative);
            var answer = await connection.Post<RegistrationTokenModel>(address, token);
            return string.IsNullOrEmpty(answer.Body?.Token)
                ? throw new FormatException("the answer has no token")
                : new Secret(answer.Body.Token);
        },
        cancellationToken);
}

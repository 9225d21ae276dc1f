using Orchestrator.Configuration;

namespace Orchestrator.Tests.Configuration;

public sealed class GitHubScopeTests
{
    [Theory]
    [InlineData("acme/site", "repos/acme/site", "repository", "the repository permission \"Administration: read and write\"", "\"repo\"")]
    [InlineData("acme", "orgs/acme", "organization", "the organization permission \"Self-hosted runners: read and write\"", "\"admin:org\"")]
    [InlineData("enterprises/acme", "enterprises/acme", "enterprise", null, "\"manage_runners:enterprise\"")]
    public void Each_kind_has_its_path_and_its_words(string text, string path, string noun, string? permission, string classic)
    {
        var scope = GitHubScope.Parse(text);

        Assert.Equal((path, path + "/actions/runners", noun, permission), (scope.Path, scope.RunnersPath, scope.Noun, scope.Permission));
        Assert.Contains(classic, scope.ClassicPermission, StringComparison.Ordinal);
        Assert.Equal(scope, GitHubScope.OfPath(path));
        Assert.Equal(text, scope.ToString());
    }

    [Theory]
    [InlineData("repos/acme")]
    [InlineData("repos/acme/site/x")]
    [InlineData("repos/acme/..")]
    [InlineData("orgs/")]
    [InlineData("orgs/acme/site")]
    [InlineData("enterprises/acme/site")]
    [InlineData("orgs/enterprises/acme")]
    [InlineData("repos/enterprises/acme")]
    public void Another_path_leads_to_none(string path) => Assert.Null(GitHubScope.OfPath(path));
}

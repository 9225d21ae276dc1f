using System.Text.Json.Nodes;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Something that the program asks GitHub before a machine starts.</summary>
/// <param name="Name">For a person.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path below the API's root.</param>
/// <param name="Function">The function whose call in a config has it asked.</param>
/// <param name="Argument">Of that function.</param>
public sealed record GitHubCall(string Name, string Method, string Path, string Function, string Argument)
{
    /// <summary>The question who asks, which some need no answer to.</summary>
    public bool OfIdentity { get; init; }

    /// <summary>An App asks.</summary>
    public bool AsApp { get; init; }

    /// <summary>It is asked for a machine that is ready to start, and not before.</summary>
    public bool OfRun { get; init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<GitHubCall> All { get; } =
    [
        new("user", "GET", "/user", "gha-install-token", "acme/site") { OfIdentity = true },
        new("repository", "GET", "/repos/acme/site", "gha-install-token", "acme/site"),
        new("runners of a repository", "GET", "/repos/acme/site/actions/runners", "gha-jit-config", "acme/site"),
        new("runners of an organization", "GET", "/orgs/acme/actions/runners", "gha-install-token", "acme"),
        new("runners of an enterprise", "GET", "/enterprises/acme/actions/runners", "gha-jit-config", "enterprises/acme"),
        new("groups", "GET", "/orgs/acme/actions/runner-groups", "gha-jit-config", "acme;group=big"),
        new("installation", "GET", "/repos/acme/site/installation", "gha-install-token", "acme/site") { AsApp = true },
        new("token of an installation", "POST", "/app/installations/77/access_tokens", "gha-install-token", "acme/site") { AsApp = true },
        new("limits of an App", "GET", "/rate_limit", "gha-install-token", "acme/site") { AsApp = true, OfIdentity = true },
        new("repository of an App", "GET", "/repos/acme/site", "gha-install-token", "acme/site") { AsApp = true },
        new("registration token", "POST", "/repos/acme/site/actions/runners/registration-token", "gha-install-token", "acme/site") { OfRun = true },
        new("runner", "POST", "/orgs/acme/actions/runners/generate-jitconfig", "gha-jit-config", "acme") { OfRun = true },
    ];

    /// <summary>Its answer is a runner, which may be there when the answer is lost.</summary>
    public bool Registers => Path.EndsWith("/generate-jitconfig", StringComparison.Ordinal);

    /// <summary>The App shows its own signature, and no token.</summary>
    public bool IsSigned => Path.EndsWith("/installation", StringComparison.Ordinal) || Path.EndsWith("/access_tokens", StringComparison.Ordinal);

    /// <summary>Whose runners it is about.</summary>
    public string Noun => Argument.StartsWith("enterprises/", StringComparison.Ordinal) ? "enterprise" : Argument.Contains('/', StringComparison.Ordinal) ? "repository" : "organization";

    /// <summary>What GitHub is shown.</summary>
    public string Credential => AsApp ? "App" : "token";

    /// <summary>What a line about it begins with.</summary>
    public string Subject => OfIdentity || IsSigned ? $"{Argument}: " : $"{Function} {Argument.Split(';')[0]}: ";

    /// <summary>The arguments of the cheapest command that asks it.</summary>
    /// <param name="bench">Where it is asked.</param>
    public string[] CommandOf(Workbench bench) => OfRun ? ["run", bench.Name, "--verbose"] : ["validate", "--online", "--verbose"];

    /// <summary>Makes it what the instance of a bench calls for, from a GitHub.</summary>
    public void Describe(Workbench bench, FakeGitHub github)
    {
        if (AsApp)
        {
            github.ConnectAsApp(bench);
        }
        else
        {
            github.ConnectTo(bench);
        }

        bench.Describe(new JsonObject { ["value"] = $"${{{{ {Function}:{Argument} }}}}" }.ToJsonString());
    }

    public override string ToString() => Name;
}

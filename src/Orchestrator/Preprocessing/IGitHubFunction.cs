using Orchestrator.Configuration;

namespace Orchestrator.Preprocessing;

/// <summary>A function that asks GitHub.</summary>
internal interface IGitHubFunction : IConfigFunction
{
    /// <summary>What a call is about. The argument was validated.</summary>
    GitHubScope ScopeOf(string argument);
}

using Orchestrator.Drivers;
using Orchestrator.GitHub;
using Orchestrator.Preprocessing;

namespace Orchestrator.Examination;

/// <summary>Asks GitHub who we are there, and whether it would give what configs call for. Changes nothing there.</summary>
internal sealed class GitHubExamination(GitHubApi github)
{
    private const string Subject = "GitHub";

    /// <summary>Asks; nothing where nothing is called for.</summary>
    /// <param name="plans">The configs, which nothing is in the way of.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    public async Task<IReadOnlyList<HostCheck>> ExamineAsync(IEnumerable<PreprocessingPlan> plans, CancellationToken cancellationToken)
    {
        var calls = plans.SelectMany(plan => plan.Calls).DistinctBy(call => call.Key)
            .Select(call => (call.Key.Argument, Function: call.Value as IGitHubFunction)).Where(call => call.Function is not null).ToList();
        var scopes = calls.Select(call => call.Function!.ScopeOf(call.Argument)).Distinct().ToList();
        var checks = new List<HostCheck>();

        // A token is the same for all; an App is installed by each owner.
        foreach (var scope in github.IsApp ? scopes.DistinctBy(scope => scope.Owner) : scopes.Take(1))
        {
            await AddAsync(async () => $"{await github.IdentifyAsync(scope, cancellationToken)}");
        }

        if (checks.Any(check => check.Outcome == HostCheckOutcome.Failed))
        {
            return checks;
        }

        foreach (var (argument, function) in calls)
        {
            await AddAsync(async () =>
            {
                await function!.CheckAsync(argument, cancellationToken);
                return $"{function.Name} {argument}: may be asked for";
            });
        }

        return checks;

        async Task AddAsync(Func<Task<string>> ask)
        {
            try
            {
                checks.Add(new HostCheck(Subject, HostCheckOutcome.Passed, await ask()));
            }
            catch (OrchestratorException error)
            {
                checks.Add(new HostCheck(Subject, HostCheckOutcome.Failed, error.Message));
            }
        }
    }
}

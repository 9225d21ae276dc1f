using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Examination;
using Orchestrator.Images;
using Orchestrator.Preprocessing;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator validate</c>: says whether the instances can be run as they are described, without running anything.</summary>
internal sealed class ValidateCommand : ICliCommand
{
    private readonly Option<bool> _online = new("--online")
    {
        Description = "Ask GitHub too: who we are there, and whether it would give what the configs call for",
    };

    public Command Describe() => new("validate", "Check the instances file and everything it names") { _online };

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var terminal = invocation.Terminal;
        using var session = Session.Open(invocation, needsInstances: true);
        var file = session.LoadInstances();
        var preprocessor = session.Preprocessor;
        var online = invocation.Command.GetValue(_online);
        var plans = new List<PreprocessingPlan>();
        var worst = ExitCode.Success;
        var warned = file.Warnings.Count > 0;
        foreach (var shared in SharedPorts.Find(file.Instances))
        {
            warned = true;
            terminal.Warning($"{file.Path}: {shared}, so only one of them can run at a time, and 'orchestrator up' refuses them");
        }

        foreach (var instance in file.Instances)
        {
            worst = Math.Max(worst, Check(() =>
            {
                // The file is as right without the token as with it, and whoever checks it, a CI job for example, often has none.
                var plan = preprocessor.Parse(instance);
                foreach (var warning in online ? plan.Warnings : plan.Warnings.Concat(plan.Obstacles))
                {
                    warned = true;
                    terminal.Warning(warning);
                }

                if (online)
                {
                    plan.RequireNoObstacles();
                    plans.Add(plan);
                }
            }));
            worst = Math.Max(worst, Check(() =>
            {
                session.Settings.RequireSupport(instance);
                MountSources.Require(instance.Machine);
            }));
            worst = Math.Max(worst, Check(() => CheckImage(instance, session)));
        }

        foreach (var name in file.Instances.Select(instance => instance.Driver).Distinct())
        {
            worst = Math.Max(worst, Check(() =>
            {
                foreach (var warning in session.Drivers.Get(name).CheckSettings())
                {
                    warned = true;
                    terminal.Warning(warning);
                }
            }));
        }

        foreach (var check in await new GitHubExamination(session.GitHub).ExamineAsync(plans, cancellationToken))
        {
            if (check.Outcome == HostCheckOutcome.Failed)
            {
                worst = Math.Max(worst, ExitCode.Host);
                terminal.Error(check.Finding);
            }
            else
            {
                terminal.Notice($"{check.Subject}: {check.Finding}");
            }
        }

        if (worst == ExitCode.Success)
        {
            terminal.Notice($"{file.Path}: {file.Instances.Count} instance{(file.Instances.Count == 1 ? "" : "s")}, {(warned ? "with warnings" : "all well")}");
        }

        return worst;

        static void CheckImage(Instance instance, Session session)
        {
            if (new CatalogueImages(session.ImageCache).TryResolve(instance) is { } resolved)
            {
                BaseImage.Inspect(resolved.Machine);
            }
            else
            {
                // The file is right; what is missing, 'run' says again.
                session.Terminal.Notice(CatalogueImages.DescribeMissing(instance));
            }
        }

        int Check(Action check)
        {
            try
            {
                check();
                return ExitCode.Success;
            }
            catch (OrchestratorException error)
            {
                terminal.Error(error.Message);
                return ExitCode.Of(error);
            }
        }
    }
}

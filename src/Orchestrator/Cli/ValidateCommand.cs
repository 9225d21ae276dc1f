using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Images;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator validate</c>: says whether the instances can be run as they are described, without running anything.</summary>
internal sealed class ValidateCommand : ICliCommand
{
    public Command Describe() => new("validate", "Check the instances file and everything it names");

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var terminal = invocation.Terminal;
        using var session = Session.Open(invocation, needsInstances: true);
        var file = session.LoadInstances();
        var preprocessor = session.Preprocessor;
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
                foreach (var warning in plan.Warnings.Concat(plan.Obstacles))
                {
                    warned = true;
                    terminal.Warning(warning);
                }
            }));
            worst = Math.Max(worst, Check(() => session.Settings.RequireSupport(instance)));
            worst = Math.Max(worst, Check(() => BaseImage.Inspect(instance.Machine)));
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

        if (worst == ExitCode.Success)
        {
            terminal.Notice($"{file.Path}: {file.Instances.Count} instance{(file.Instances.Count == 1 ? "" : "s")}, {(warned ? "with warnings" : "all well")}");
        }

        return Task.FromResult(worst);

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

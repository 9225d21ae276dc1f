using System.CommandLine;
using Orchestrator.Drivers;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator template WHAT</c>: prints a template that a driver describes its machines by.</summary>
/// <param name="drivers">The drivers there are.</param>
internal sealed class TemplateCommand(IReadOnlyList<DriverRegistration> drivers) : ICliCommand
{
    private readonly Argument<string> _what = new("WHAT")
    {
        Description = $"Which: {string.Join(", ", drivers.Where(driver => driver.Template is not null).Select(driver => $"{driver.Template!.Name} ({driver.Name})"))}",
    };

    public Command Describe()
    {
        _what.AcceptOnlyFromAmong([.. drivers.Select(driver => driver.Template?.Name).OfType<string>()]);
        return new Command("template", "Print a template that machines are described by, to make another from") { _what };
    }

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var template = drivers.Select(driver => driver.Template).First(template => template?.Name == invocation.Command.GetRequiredValue(_what))!;
        invocation.Terminal.Result(template.Read().TrimEnd('\n'));
        return Task.FromResult(ExitCode.Success);
    }
}

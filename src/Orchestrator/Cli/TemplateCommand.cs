using System.CommandLine;
using Orchestrator.Drivers;
using Orchestrator.Output;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator template domain</c>: prints the template that the libvirt driver describes its machines by.</summary>
internal sealed class TemplateCommand : ICliCommand
{
    private const string Domain = "domain";

    private readonly Argument<string> _what = new("WHAT") { Description = $"Which template: {Domain}, the libvirt driver's domain XML" };

    /// <inheritdoc/>
    public Command Describe()
    {
        _what.AcceptOnlyFromAmong(Domain);
        return new Command("template", "Print the template that machines are described by, to make another from (the setting libvirt.template)") { _what };
    }

    /// <inheritdoc/>
    public Task<int> ExecuteAsync(ParseResult command, Terminal terminal, CancellationToken cancellationToken)
    {
        using var session = Session.Open(command, terminal);
        var driver = session.Drivers.Names.Select(session.Drivers.Get).OfType<ITemplatedDriver>().Single();
        terminal.Result(driver.BuiltInTemplate.TrimEnd('\n'));
        return Task.FromResult(ExitCode.Success);
    }
}

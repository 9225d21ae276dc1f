using System.CommandLine;
using Orchestrator.Images;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator gc</c>: removes what a dead orchestrator left behind.</summary>
internal sealed class GcCommand : ICliCommand
{
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Only say what would be done" };

    public Command Describe() => new("gc", "Remove what a dead orchestrator left behind, and end machines that nobody answers for") { _dryRun };

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        if (session.ExistingState is not { } state)
        {
            return ExitCode.Success;
        }

        var dryRun = command.GetValue(_dryRun);
        var reporter = new SweepReporter(terminal, dryRun, onlyDeeds: false);
        var inventory = await session.InventoryOf(state).TakeAsync(cancellationToken);
        foreach (var warning in inventory.Warnings)
        {
            terminal.Warning(warning);
        }

        foreach (var foreign in inventory.Foreign)
        {
            terminal.Notice($"{foreign}: left: it is not this program's");
        }

        await session.SweepOf(state, reporter).ExecuteAsync(inventory, dryRun, cancellationToken);

        // Last, as it matters least. Only here, and by no sweep beside a run: whoever fetches the image once more goes on with it.
        new PartialSweep(session.ImageCache, terminal.Notice).Execute(dryRun);
        return reporter.Complete && inventory.Complete ? ExitCode.Success : ExitCode.Host;
    }
}

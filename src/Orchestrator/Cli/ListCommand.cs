using System.CommandLine;
using Orchestrator.Operations;
using Orchestrator.Output;
using Orchestrator.Recovery;
using Orchestrator.State;
using Spectre.Console;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator list</c>: the runs of this state directory, whichever process they belong to.</summary>
internal sealed class ListCommand : ICliCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Go on showing them until Ctrl+C" };

    public Command Describe()
    {
        var command = new Command("list", "List the runs there are, of this and of other processes") { _json, _watch };
        command.Aliases.Add("ps");
        return command;
    }

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        if (command.GetValue(_watch))
        {
            return await WatchAsync(session, terminal, command.GetValue(_json));
        }

        var inventory = await session.TakeInventoryAsync(cancellationToken);
        foreach (var warning in inventory.Warnings)
        {
            terminal.Warning(warning);
        }

        terminal.Result(Show(inventory, await session.AskServiceAsync(cancellationToken), session, command.GetValue(_json)));
        return ExitCode.Success;
    }

    private static string Show(Inventory inventory, IReadOnlyList<IdleInstance> idle, Session session, bool json)
    {
        var served = session.ExistingState is { } state && UpLock.IsHeld(state);
        return json
            ? RunListing.ToJson(inventory, idle, served, session.Time)
            : string.Join('\n', RunListing.ToText(inventory, idle, served, session.Time));
    }

    private static async Task<string> LookAsync(Session session, bool json, CancellationToken cancellationToken) => Show(
        await session.TakeInventoryAsync(cancellationToken), await session.AskServiceAsync(cancellationToken), session, json);

    // There is no event for what other processes do to their runs that would not miss some; a second is what a person's eye is content with.
    private static async Task<int> WatchAsync(Session session, Terminal terminal, bool json)
    {
        // Ctrl+C is how watching ends, and the cursor is to be seen again then.
        using var interruption = new Interruption();
        try
        {
            // A terminal that cannot move its cursor is written to as a file is.
            if (json || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi)
            {
                for (var before = ""; ; await Task.Delay(Interval, session.Time, interruption.Token))
                {
                    var now = await LookAsync(session, json, interruption.Token);
                    if (now != before)
                    {
                        terminal.Result(now);
                        before = now;
                    }

                    StandardStream.Output.Flush(); // nobody may be left to read the next one
                }
            }

            await AnsiConsole.Live(new Text("")).StartAsync(async live =>
            {
                while (true)
                {
                    live.UpdateTarget(new Text(await LookAsync(session, json: false, interruption.Token)));
                    await Task.Delay(Interval, session.Time, interruption.Token);
                }
            });
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            // As above: it has no other end.
        }

        return interruption.ExitCode;
    }
}

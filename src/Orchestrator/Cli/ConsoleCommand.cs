using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Output;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator console NAME</c>: a run's serial console, both ways.</summary>
/// <param name="names">Completes instances' names.</param>
internal sealed class ConsoleCommand(InstanceNames names) : ICliCommand
{
    private readonly Argument<string> _name = RunArgument.Create("The run: an instance's name or a run id", names);

    private readonly Option<bool> _raw = new("--raw")
    {
        Description = "Let every escape sequence of the guest through to this terminal, as full-screen programs need; only for guests you trust",
    };

    public Command Describe() => new("console", "Connect this terminal to a run's serial console; Ctrl+] leaves it") { _name, _raw };

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        var name = command.GetRequiredValue(_name);
        var (_, run) = await session.FindRunAsync(name, cancellationToken);
        if (run.Held && run.Journal is { ConsoleHeld: true, Owner.Pid: var pid })
        {
            throw new HostException(
                HostProblem.Other, $"{name}: process {pid} shows this console (run --console), and it has one reader at a time; see: orchestrator logs -f {name}");
        }

        if (!run.Alive)
        {
            throw new HostException(HostProblem.Other, $"{name}: run {run.Id} has no machine at the moment");
        }

        await using var console = await session.Drivers.Get(run.Driver!).OpenConsoleAsync(run.Id, cancellationToken);
        terminal.Notice($"connected to the console of run {run.Id}; Ctrl+] leaves it");
        using var interruption = new Interruption();
        bool left;
        try
        {
            using var raw = RawTerminal.TryEnter();
            left = await new ConsoleSession(
                // Not Console.OpenStandardInput, which reads a terminal line by line.
                new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0),
                command.GetValue(_raw) || Console.IsOutputRedirected ? StandardStream.Output : new SafeTerminalStream(StandardStream.Output)).RunAsync(console, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Notice("");
            return interruption.ExitCode;
        }

        terminal.Notice(left ? "" : $"run {run.Id} is over");
        return ExitCode.Success;
    }
}

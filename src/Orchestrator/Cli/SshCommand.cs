using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Operations;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator ssh NAME [-- COMMAND]</c>: OpenSSH's client in a run's guest, once that answers.</summary>
/// <param name="names">Completes instances' names.</param>
internal sealed class SshCommand(InstanceNames names) : ICliCommand
{
    private readonly Argument<string> _name = RunArgument.Create("The run to enter: an instance's name or a run id", names);

    private readonly Argument<string[]> _command = new("COMMAND")
    {
        Description = "What to run in the guest, after --; without it, a shell",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _user = new("--user", "-l")
    {
        Description = "The guest's user",
        HelpName = "NAME",
        DefaultValueFactory = _ => "manage",
    };

    private readonly Option<string> _identity = new("--identity", "-i")
    {
        Description = "The only private key to offer to the guest, instead of the agent's and ~/.ssh/id_*",
        HelpName = "FILE",
    };

    public Command Describe() => new("ssh", "Enter a run's guest by SSH, waiting until it answers") { _name, _command, _user, _identity };

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var command = invocation.Command;
        using var session = Session.Open(invocation);
        var name = command.GetRequiredValue(_name);
        var (state, run) = await session.FindRunAsync(name, cancellationToken);
        if (RunLiveness.IsDead(run))
        {
            // Its port may be another machine's by now.
            throw new HostException(
                HostProblem.Other, $"{name}: run {run.Id} is dead: nobody answers for it and it has no machine; remove what is left: orchestrator gc");
        }

        var liveness = new RunLiveness(session.InventoryOf(state));
        var endpoint = await new SshBanner(session.Time).WaitAsync(
            () => FindEndpoint(name, run), async token => HasEnded(run) || await liveness.HasStoppedAsync(run, token), cancellationToken);
        return await EnterAsync(command.GetRequiredValue(_user), command.GetValue(_identity), endpoint, command.GetValue(_command) ?? []);
    }

    // Where it is is written down when the guest is about to start; until then a machine is made, or its configuration fetched.
    private static SshEndpoint? FindEndpoint(string name, RunEntry run) => JournalReading.Read(run.Directory).Journal switch
    {
        { Ssh: { } endpoint } => endpoint,
        null or { Phase: RunPhase.Preparing or RunPhase.Configuring } => null,
        _ => throw new ConfigurationException($"{name}: run {run.Id} has no SSH: its instance has network \"none\""),
    };

    private static bool HasEnded(RunEntry run) => JournalReading.Read(run.Directory).Journal is { Phase: RunPhase.Ended };

    private static async Task<int> EnterAsync(string user, string? identity, SshEndpoint endpoint, string[] remote)
    {
        // Of ssh_config nothing, the system's included: it may forward an agent or a display to the guest, send it variables, go by way of a proxy or of
        // another machine's connection, or run a command of its own. A machine that lives once has a host key that nobody has seen and nobody will see again.
        // By its whole path: .NET looks for a bare name in the working directory first.
        var start = new ProcessStartInfo(Programs.Find("ssh", "openssh-client"),
        [
            "-F", "none",
            "-p", endpoint.Port.ToString(CultureInfo.InvariantCulture),
            "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null",
            "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "LogLevel=ERROR",
            .. identity is null ? [] : (string[])["-o", "IdentitiesOnly=yes", "-i", identity],
            "-l", user,
            endpoint.Host,
            .. remote.Length == 0 ? [] : (string[])["--", .. remote],
        ]);
        start.Environment.Remove(GitHubCredentials.Variable);

        // Ctrl+C is the guest's, which gets it by way of the client.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var client = Process.Start(start)!;
        await client.WaitForExitAsync(CancellationToken.None);
        return client.ExitCode;
    }
}

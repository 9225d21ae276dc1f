using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary>What the program's exit status means; the same for every command.</summary>
internal static class ExitCode
{
    /// <summary>Done; for a run: the guest shut itself down.</summary>
    public const int Success = 0;

    /// <summary>A defect of this program.</summary>
    public const int Defect = 1;

    /// <summary>Bad usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>The host cannot do it.</summary>
    public const int Host = 3;

    /// <summary>The machine or its hypervisor crashed.</summary>
    public const int Crash = 4;

    /// <summary>The time limit ended the run, or that of waiting for a job; timeout(1)'s number.</summary>
    public const int TimeLimit = 124;

    /// <summary>Interrupted by a signal: 128 and its number, as shells count.</summary>
    public static int Interrupted(int signal) => 128 + signal;

    /// <summary>Of a run that came to an end.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="signal">The number of the signal that asked it to stop, if one did.</param>
    public static int Of(RunOutcome outcome, int signal) => outcome switch
    {
        RunOutcome.GuestShutdown or RunOutcome.Left => Success,
        RunOutcome.TimeLimit or RunOutcome.Idle => TimeLimit,
        RunOutcome.Stopped => Interrupted(signal),
        RunOutcome.StorageFull => Host,
        _ => Crash,
    };

    /// <summary>Of a failure that is the user's to read.</summary>
    public static int Of(OrchestratorException error) => error switch
    {
        ConfigurationException => Usage,
        HostException => Host,
        HypervisorException => Crash,
        _ => Defect,
    };
}

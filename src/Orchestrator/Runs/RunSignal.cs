using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>What a running run reacts to. A closed hierarchy.</summary>
internal abstract record RunSignal
{
    private RunSignal()
    {
    }

    /// <summary>The machine reports something.</summary>
    /// <param name="Happened">What.</param>
    /// <param name="At">When its event arrived, a timestamp of the <see cref="TimeProvider"/>.</param>
    public sealed record Machine(VmEvent Happened, long At = 0) : RunSignal;

    /// <summary>The time limit is reached.</summary>
    public sealed record TimeUp : RunSignal;

    /// <summary>The guest was asked to power down long enough ago.</summary>
    public sealed record GraceOver : RunSignal;

    /// <summary>The guest was asked to power down a while ago. One that was booting then has not heard it.</summary>
    public sealed record StillThere : RunSignal;

    /// <summary>Somebody asks the run to end.</summary>
    public sealed record StopRequested : RunSignal;

    /// <summary>Somebody insists.</summary>
    public sealed record KillRequested : RunSignal;

    /// <summary>The machine is to be left running for another process.</summary>
    public sealed record LeaveRequested : RunSignal;

    /// <summary>The guest is to get no job any more and, where it has none, to end.</summary>
    public sealed record RetireRequested(RetireReason Reason) : RunSignal;

    /// <summary>A while has gone by since the machine was spared.</summary>
    public sealed record SparedLongEnough : RunSignal;

    /// <summary>What the run held elsewhere is given back: it gets no job any more.</summary>
    /// <param name="HeldAny">It did hold something.</param>
    public sealed record LeasesReturned(bool HeldAny) : RunSignal;

    /// <summary>What the run holds elsewhere could not be given back: it has a job, or nobody can tell.</summary>
    public sealed record LeasesKept(string Why) : RunSignal;

    /// <summary>A job that was on its way would have come by now.</summary>
    public sealed record NoJobCame : RunSignal;

    /// <summary>Somebody looked at what the run holds elsewhere.</summary>
    public sealed record LeasesSeen(LeaseView View) : RunSignal;

    /// <summary>The medium has been in the guest's drive for as long as it may.</summary>
    public sealed record ConfigOverdue : RunSignal;

    /// <summary>The medium is gone, verified.</summary>
    public sealed record MediumRemoved : RunSignal;

    /// <summary>The medium could not be removed.</summary>
    public sealed record MediumStuck(string Why) : RunSignal;

    /// <summary>Somebody looked at the disk that this run shares with others.</summary>
    public sealed record StorageSeen(StorageView View) : RunSignal;

    /// <summary>The machine has waited long enough for room on the disk.</summary>
    public sealed record RoomOverdue : RunSignal;

    /// <summary>The machine that waited for room could not be let go on.</summary>
    public sealed record ResumeStuck(string Why) : RunSignal;

    /// <summary>The power button could not be pressed.</summary>
    public sealed record PowerButtonStuck(string Why) : RunSignal;
}

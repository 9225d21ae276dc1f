using System.Text.Json.Serialization;
using Orchestrator.Drivers;

namespace Orchestrator.State;

/// <summary>How a run ended, in one word, which exit code, history, metrics, text and back-off all go by.</summary>
internal enum RunOutcome
{
    /// <summary>Nobody saw how.</summary>
    Unknown,

    /// <summary>The guest shut itself down.</summary>
    GuestShutdown,

    /// <summary>A person or a service manager stopped it.</summary>
    Stopped,

    /// <summary>Its time was up.</summary>
    TimeLimit,

    /// <summary>It waited for a job, and none came.</summary>
    Idle,

    /// <summary>The guest's kernel panicked.</summary>
    GuestPanic,

    /// <summary>The hypervisor process died under the guest.</summary>
    HypervisorCrashed,

    /// <summary>Somebody else ended the machine.</summary>
    Killed,

    /// <summary>The host's disk was full.</summary>
    StorageFull,

    /// <summary>The config drive's medium could not be taken from the guest.</summary>
    MediumStuck,

    /// <summary>The machine's network ended, and the machine was ended with it.</summary>
    NetworkLost,

    /// <summary>It failed before its guest ran, or its machine could not be commanded.</summary>
    Failed,

    /// <summary>The orchestrator that answered for it died, and another one removed it.</summary>
    Abandoned,

    /// <summary>It has not: its machine was left running for another process to adopt.</summary>
    Left,
}

/// <summary>Why a run was ended from outside the guest.</summary>
internal enum StopCause
{
    /// <summary>Its time was up.</summary>
    TimeLimit,

    /// <summary>It waited for a job, and none came.</summary>
    Idle,

    /// <summary>A person or a service manager asked for it.</summary>
    [JsonStringEnumMemberName("Requested")] // as journals have always had it
    Stopped,

    /// <summary>The host's disk is full and the machine cannot go on.</summary>
    StorageFull,

    /// <summary>The config drive's medium could not be taken from the guest.</summary>
    MediumStuck,

    /// <summary>The machine's network ended.</summary>
    NetworkLost,
}

/// <summary>Why a machine whose guest waits for a job is to get none any more, and to end.</summary>
internal enum RetireReason
{
    /// <summary>None came in the time that it may wait.</summary>
    NoJob,

    /// <summary>Whoever gives the jobs does not know it any more.</summary>
    Unlisted,

    /// <summary>It is a copy of something outdated, or its service ends.</summary>
    Outdated,

    /// <summary>A person wants it to end.</summary>
    Asked,
}

/// <summary>That a machine which was to end went on.</summary>
/// <param name="Why">Why, for a person.</param>
/// <param name="At">When, UTC.</param>
internal sealed record RunSparing(string Why, DateTimeOffset At)
{
    /// <summary>What a person who wanted it to end is told.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="why">Why it goes on.</param>
    public static HostException Refusal(string run, string why) => new(
        HostProblem.Other, $"run {run}: it goes on: {why}; try again later, or end it nevertheless with --now");
}

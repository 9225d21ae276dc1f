namespace Orchestrator.State;

/// <summary>What kind of process answers for a run, which decides what becomes of its machine when that process dies.</summary>
internal enum RunOwnerKind
{
    /// <summary><c>orchestrator run</c>, for which somebody waits: without it the machine is of no use to anybody and is ended.</summary>
    Foreground,

    /// <summary><c>orchestrator up</c>: the machine goes on with its job until the next one adopts it.</summary>
    Service,
}

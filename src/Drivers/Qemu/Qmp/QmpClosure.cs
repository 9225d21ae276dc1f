namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>Why a connection ended. The first cause is the only one that is kept.</summary>
/// <param name="Reason">For code that can do something about it.</param>
/// <param name="Detail">For a person: part of a sentence, on one line.</param>
/// <param name="Error">What was caught, if anything.</param>
internal sealed record QmpClosure(QmpCloseReason Reason, string Detail, Exception? Error = null);

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>
/// A QMP conversation went wrong. The leaves say how: <see cref="QmpCommandException"/> (QEMU refused),
/// <see cref="QmpTimeoutException"/> (our deadline passed), <see cref="QmpConnectionClosedException"/> (the connection is gone) and
/// <see cref="QmpReplyException"/> (QEMU's answer makes no sense). The caller's own cancellation is none of these: it is an
/// <see cref="OperationCanceledException"/>. The messages speak of QMP; the driver says in its own words what that means to a user.
/// </summary>
internal abstract class QmpException : Exception
{
    private protected QmpException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>
/// The connection ended before the command was answered, or before it was sent. If it was sent, it may have been carried out.
/// </summary>
/// <param name="command">The command's name, or what else was waited for.</param>
/// <param name="closure">Why the connection ended.</param>
internal sealed class QmpConnectionClosedException(string command, QmpClosure closure)
    : QmpException($"the QMP command '{command}' has no answer: {closure.Detail}", closure.Error)
{
    /// <summary>The command's name, or <see cref="QmpClient.GreetingStep"/>.</summary>
    public string Command { get; } = command;

    /// <summary>Why the connection ended; the same for every call that it fails.</summary>
    public QmpClosure Closure { get; } = closure;
}

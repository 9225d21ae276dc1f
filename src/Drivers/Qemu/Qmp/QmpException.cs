using System.Globalization;
using System.Text.Json;

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

/// <summary>QEMU answered a command with an error. The connection goes on.</summary>
/// <param name="command">The command's name.</param>
/// <param name="errorClass">The error's class; see <see cref="ErrorClass"/>.</param>
/// <param name="description">QEMU's own words.</param>
internal sealed class QmpCommandException(string command, string errorClass, string description)
    : QmpException($"QEMU refused the QMP command '{command}': {description} ({errorClass})")
{
    /// <summary>The command's name.</summary>
    public string Command { get; } = command;

    /// <summary>
    /// What a program may go by: <c>GenericError</c>, <c>CommandNotFound</c>, <c>DeviceNotActive</c>, <c>DeviceNotFound</c> or
    /// <c>KVMMissingCap</c> (<c>QapiErrorClass</c> in QEMU's <c>qapi/error.json</c>).
    /// </summary>
    public string ErrorClass { get; } = errorClass;

    /// <summary>What a person may read; QEMU changes it freely between versions.</summary>
    public string Description { get; } = description;
}

/// <summary>A command succeeded, but what it returned does not have the shape its documentation gives. The connection goes on.</summary>
/// <param name="command">The command's name.</param>
/// <param name="error">What does not fit.</param>
internal sealed class QmpReplyException(string command, JsonException error)
    : QmpException($"QEMU's answer to the QMP command '{command}' cannot be read: {error.Message}", error)
{
    /// <summary>The command's name.</summary>
    public string Command { get; } = command;
}

/// <summary>
/// QEMU did not answer within the deadline. The command may have been carried out all the same, or may yet be; its late answer is
/// dropped. The connection goes on.
/// </summary>
/// <param name="command">The command's name, or what else was waited for.</param>
/// <param name="timeout">The deadline that passed.</param>
internal sealed class QmpTimeoutException(string command, TimeSpan timeout)
    : QmpException(string.Create(CultureInfo.InvariantCulture, $"QEMU did not answer '{command}' over QMP within {timeout.TotalSeconds:0.###} s"))
{
    /// <summary>The command's name, or <see cref="QmpClient.GreetingStep"/>.</summary>
    public string Command { get; } = command;

    /// <summary>The deadline that passed.</summary>
    public TimeSpan Timeout { get; } = timeout;
}

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

/// <summary>The first thing that ended a connection.</summary>
internal enum QmpCloseReason
{
    /// <summary>There never was one: the socket does not exist or nothing listens on it.</summary>
    NotConnected,

    /// <summary>We closed it: the client was disposed.</summary>
    Disposed,

    /// <summary>QEMU closed it, which it does when it exits.</summary>
    EndOfStream,

    /// <summary>Reading or writing failed.</summary>
    TransportFailed,

    /// <summary>QEMU sent what is not QMP, or did not understand what we sent.</summary>
    ProtocolViolated,

    /// <summary>QEMU sent a message longer than <see cref="QmpClientOptions.MaxMessageBytes"/>.</summary>
    MessageTooLong,

    /// <summary>More than <see cref="QmpClientOptions.MaxUnreadEvents"/> events were waiting for a reader.</summary>
    EventsUnread,
}

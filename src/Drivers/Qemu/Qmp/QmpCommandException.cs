namespace Orchestrator.Drivers.Qemu.Qmp;

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

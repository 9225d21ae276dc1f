using System.Text.Json;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>A command succeeded, but what it returned does not have the shape its documentation gives. The connection goes on.</summary>
/// <param name="command">The command's name.</param>
/// <param name="error">What does not fit.</param>
internal sealed class QmpReplyException(string command, JsonException error)
    : QmpException($"QEMU's answer to the QMP command '{command}' cannot be read: {error.Message}", error)
{
    /// <summary>The command's name.</summary>
    public string Command { get; } = command;
}

using System.Globalization;

namespace Orchestrator.Drivers.Qemu.Qmp;

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

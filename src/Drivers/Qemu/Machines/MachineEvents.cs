using System.Text.Json;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Qemu.Arguments;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>
/// Turns what QEMU says into what the contract knows (QEMU's <c>qapi/*.json</c>). Not thread-safe: one event at a time.
/// </summary>
internal sealed class MachineEvents
{
    private bool _panicked;
    private bool _storageFull;
    private bool _storageLimited;

    /// <summary>The tray moves because we move it: not the guest's doing, so not reported.</summary>
    public bool OwnTrayMoves { get; set; }

    /// <summary>Why QEMU ends the machine (<see cref="ShutdownCause"/>); null as long as it does not.</summary>
    public string? Cause { get; private set; }

    /// <summary>What an event means, or null where it means nothing to anybody.</summary>
    public VmEvent? Translate(QmpEvent message)
    {
        switch (message.Name)
        {
            case "DEVICE_TRAY_MOVED" when IsString(message.Data, "id", QemuArguments.ConfigDrive) && !OwnTrayMoves:
                return IsTrue(message.Data, "tray-open") ? new VmEvent.TrayOpened() : new VmEvent.TrayClosed();

            case "RESET" when IsTrue(message.Data, "guest"):
                // The new kernel may panic anew.
                _panicked = false;
                return new VmEvent.GuestRebooted();

            case "GUEST_PANICKED":
                return Panicked();

            case "BLOCK_IO_ERROR" when IsTrue(message.Data, "nospace") && IsString(message.Data, "action", "stop"):
                return StorageFilled();

            case "BLOCK_IO_ERROR" when !_storageLimited && StorageLimit.FindIn(message.Data) is { } limit:
                _storageLimited = true;
                return new VmEvent.StorageLimitReached(limit);

            case "RESUME":
                _storageFull = false;
                return null;

            case "SHUTDOWN":
                Cause ??= message.Data.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String
                    ? reason.GetString()
                    : IsTrue(message.Data, "guest") ? ShutdownCause.GuestShutdown : "unknown";
                return null;

            default:
                return null;
        }
    }

    /// <summary>The guest has panicked. Reported once, though a guest may have two devices to report it with.</summary>
    public VmEvent? Panicked()
    {
        var first = !_panicked;
        _panicked = true;
        return first ? new VmEvent.GuestPanicked() : null;
    }

    /// <summary>The machine is paused for lack of space. Reported once, though every request under way fails.</summary>
    public VmEvent? StorageFilled()
    {
        var first = !_storageFull;
        _storageFull = true;
        return first ? new VmEvent.StorageFull() : null;
    }

    private static bool IsTrue(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static bool IsString(JsonElement data, string name, string expected) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(expected);
}

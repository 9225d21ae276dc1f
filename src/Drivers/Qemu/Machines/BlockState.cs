using System.Text.Json;
using Orchestrator.Drivers.Qemu.Arguments;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>What <c>query-block</c> says of the config drive and the disks (QEMU's <c>qapi/block-core.json</c>, BlockInfo).</summary>
/// <param name="TrayOpen">The config drive's tray is open.</param>
/// <param name="MediumInserted">A medium is in the config drive.</param>
/// <param name="StorageFull">A disk has stopped the machine for lack of space.</param>
internal readonly record struct BlockState(bool TrayOpen, bool MediumInserted, bool StorageFull)
{
    /// <summary>Reads the answer.</summary>
    /// <returns>Null where there is no config drive in it: then it says nothing.</returns>
    public static BlockState? Read(JsonElement devices)
    {
        if (devices.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        BlockState? state = null;
        var full = false;
        foreach (var device in devices.EnumerateArray())
        {
            full |= Text(device, "io-status") == "nospace";
            if (Text(device, "qdev") == QemuArguments.ConfigDrive)
            {
                var trayOpen = device.TryGetProperty("tray_open", out var open) && open.ValueKind == JsonValueKind.True;
                state = new BlockState(trayOpen, device.TryGetProperty("inserted", out _), false);
            }
        }

        return state is { } found ? found with { StorageFull = full } : null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

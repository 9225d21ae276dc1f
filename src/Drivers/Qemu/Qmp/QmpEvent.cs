using System.Text.Json;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>Something QEMU says of its own accord: <c>SHUTDOWN</c>, <c>DEVICE_TRAY_MOVED</c>, …</summary>
/// <param name="Name">The event's name, as in QEMU's <c>qapi/*.json</c>.</param>
/// <param name="Data">Its data, always an object: an empty one for an event without data. Every string in it is valid Unicode.</param>
/// <param name="Timestamp">
/// When it happened by QEMU's wall clock; null when QEMU could not tell (it then says −1) or said something that is no time.
/// </param>
internal sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset? Timestamp);

using System.Text.Json;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>
/// Limits of the host's storage in what QEMU tells of a failed write. Of all errors it knows ENOSPC alone (<c>nospace</c>); what others are, only their words say
/// (BLOCK_IO_ERROR in QEMU's <c>qapi/block-core.json</c>, strerror(3), which QEMU does not translate).
/// </summary>
internal static class StorageLimit
{
    // glibc's words for EDQUOT and EFBIG, and musl's.
    private static readonly string[] Words = ["Disk quota exceeded", "Quota exceeded", "File too large"];

    /// <summary>The limit that a write has met; null where it failed for another reason.</summary>
    /// <param name="error">The data of a BLOCK_IO_ERROR.</param>
    public static string? FindIn(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty("reason", out var reason)
        && reason.ValueKind == JsonValueKind.String
            ? Array.Find(Words, reason.ValueEquals)
            : null;
}

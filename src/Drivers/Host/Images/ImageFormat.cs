namespace Orchestrator.Drivers.Host.Images;

/// <summary>The formats a backing chain may consist of.</summary>
internal enum ImageFormat
{
    /// <summary>QEMU's copy-on-write format, version 2 or 3.</summary>
    Qcow2,

    /// <summary>The disk's bytes as they are; only ever at the end of a chain.</summary>
    Raw,
}

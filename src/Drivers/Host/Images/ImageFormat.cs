namespace Orchestrator.Drivers.Host.Images;

/// <summary>The formats a backing chain may consist of.</summary>
internal enum ImageFormat
{
    /// <summary>QEMU's copy-on-write format, version 2 or 3.</summary>
    Qcow2,

    /// <summary>The disk's bytes as they are; only ever at the end of a chain.</summary>
    Raw,
}

/// <summary>An image file is not what it should be. The message continues a sentence that begins with the file's name.</summary>
internal sealed class ImageFormatException(string message) : Exception(message);

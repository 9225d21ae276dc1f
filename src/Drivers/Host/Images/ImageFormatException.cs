namespace Orchestrator.Drivers.Host.Images;

/// <summary>An image file is not what it should be. The message continues a sentence that begins with the file's name.</summary>
internal sealed class ImageFormatException(string message) : Exception(message);

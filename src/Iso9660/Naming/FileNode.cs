namespace Iso9660.Naming;

/// <summary>A file; its contents stay the caller's memory until the image is written.</summary>
internal sealed class FileNode(string name, ReadOnlyMemory<byte> contents) : Node(name)
{
    public ReadOnlyMemory<byte> Contents { get; } = contents;
}

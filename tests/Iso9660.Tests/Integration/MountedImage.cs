namespace Iso9660.Tests.Integration;

/// <summary>A mounted image; disposing unmounts it.</summary>
internal sealed class MountedImage(string directory) : IAsyncDisposable
{
    public string Directory { get; } = directory;

    public async ValueTask DisposeAsync() => await Tool.Unmount.RunAsync(Directory);
}

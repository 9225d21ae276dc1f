namespace Orchestrator.Drivers.Host.Images;

/// <summary>A base image that has been looked at.</summary>
/// <param name="Path">Absolute path, symbolic links resolved.</param>
/// <param name="VirtualSize">The size of the disk it holds, in bytes: an overlay must not be smaller.</param>
/// <param name="BackingFiles">What it is backed by, the nearest first; usually nothing.</param>
public sealed record BaseImage(string Path, long VirtualSize, IReadOnlyList<string> BackingFiles)
{
    /// <summary>
    /// Reads and checks an image's headers, which takes well under a millisecond and starts no program. Refused are: what is not qcow2; truncated,
    /// corrupt and encrypted images; external data files; backing files that are not listed, raw, or of a format that would have to be guessed.
    /// </summary>
    /// <param name="path">The image; absolute.</param>
    /// <param name="listed">What it may be backed by; absolute.</param>
    /// <exception cref="HostException">It cannot or must not be used.</exception>
    public static BaseImage Inspect(string path, params IReadOnlyList<string> listed)
    {
        using var chain = BackingChain.Open(path, listed);
        return new BaseImage(chain.Base.Path, chain.Base.VirtualSize, [.. chain.Links.Skip(1).Select(link => link.Path)]);
    }

    /// <summary>The same of a machine's, and checks that its overlay can be made of it.</summary>
    /// <exception cref="HostException">It cannot or must not be used.</exception>
    /// <exception cref="ConfigurationException">The overlay would be smaller than the image.</exception>
    public static BaseImage Inspect(MachineDescription machine)
    {
        var image = Inspect(machine.BaseImagePath, machine.BackingImagePaths);
        Overlay.RequireRoom(image.Path, image.VirtualSize, machine.RootDiskBytes);
        return image;
    }
}

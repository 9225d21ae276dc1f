using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Images;

/// <summary>Makes room for an image: within what images may take together, and on the disk.</summary>
/// <param name="cache">The images.</param>
/// <param name="users">Who uses them.</param>
/// <param name="maxBytes">What they may take together, in bytes.</param>
/// <param name="wanted">Those that are to stay, whoever uses them.</param>
/// <param name="observer">Hears what has to go.</param>
internal sealed class ImageRoom(ImageCache cache, ImageUsers users, long maxBytes, IReadOnlySet<Sha256Digest> wanted, IFetchObserver observer)
{
    /// <summary>Makes it; of what nobody uses, the longest unused goes first.</summary>
    /// <param name="image">Whom it is for.</param>
    /// <param name="directory">Where it will lie.</param>
    /// <param name="bytes">How much it takes that is not there yet.</param>
    /// <param name="allBytes">How much it takes of what images may, in the end.</param>
    /// <exception cref="HostException">There is not as much, and nothing was removed.</exception>
    public void Make(CatalogueImage image, string directory, long bytes, long allBytes)
    {
        var used = users.Find();
        var images = cache.List();
        var going = Choose(images, cached => used.Contains(Path.GetFileName(cached.Path)) || wanted.Contains(cached.Digest), maxBytes - allBytes);
        if (going is null)
        {
            throw new HostException(
                HostProblem.StorageFull,
                $"{image.Name}: it takes {new ByteSize(allBytes)}, and images may take {new ByteSize(maxBytes)} together, of which those in use have too much: "
                + "raise images.max-megabytes, or remove some with 'orchestrator image rm'");
        }

        DiskReserve.Require(image.Name, directory, bytes, going.Sum(cached => cached.DiskBytes));
        foreach (var gone in going)
        {
            cache.Remove(gone.Digest);
            observer.Notice($"{gone.Name} ({gone.Digest.Short}): removed, to make room: unused since {gone.Used:yyyy-MM-dd}");
        }
    }

    /// <summary>Which images have to go so that the others take no more than so many bytes.</summary>
    /// <param name="images">All of them.</param>
    /// <param name="stays">Which are to stay in any case.</param>
    /// <param name="bytes">What the others may take.</param>
    /// <returns>Those, the longest unused first; null where it is not enough if all go that may.</returns>
    public static IReadOnlyList<CachedImage>? Choose(IReadOnlyList<CachedImage> images, Func<CachedImage, bool> stays, long bytes)
    {
        var left = images.Sum(image => image.DiskBytes);
        var going = new List<CachedImage>();
        foreach (var image in images.Where(image => !stays(image)).OrderBy(image => image.Used).TakeWhile(_ => left > bytes))
        {
            going.Add(image);
            left -= image.DiskBytes;
        }

        return left <= bytes ? going : null;
    }
}

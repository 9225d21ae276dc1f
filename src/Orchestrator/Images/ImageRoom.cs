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
    /// <summary>
    /// Asks for it before anything is downloaded. No image goes for what is only a server's word yet; what there is of others that nobody is fetching does, the longest
    /// untouched first.
    /// </summary>
    /// <param name="image">Whom it is for.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="directory">Where it will lie.</param>
    /// <param name="bytes">How much it takes that is not there yet, as far as is known.</param>
    /// <param name="allBytes">How much it takes of what images may, in the end.</param>
    /// <exception cref="HostException">There is not as much, and nothing was removed.</exception>
    public void Ask(CatalogueImage image, Sha256Digest digest, string directory, long bytes, long allBytes)
    {
        var plan = Plan(image, digest, allBytes);
        DiskReserve.Require(image.Name, directory, bytes, plan.Partials.Sum(partial => partial.DiskBytes));
        Remove(plan.Partials);
    }

    /// <summary>Makes it, for an image whose digest is right: beyond that, of what nobody uses, the longest unused goes first.</summary>
    /// <param name="image">Whom it is for.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="bytes">How much it takes, all of which is there.</param>
    /// <exception cref="HostException">There is not as much, and nothing was removed.</exception>
    public void Make(CatalogueImage image, Sha256Digest digest, long bytes)
    {
        var plan = Plan(image, digest, bytes);
        Remove(plan.Partials);
        foreach (var gone in plan.Images)
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

    // What is being fetched stays, and the rest of such goes before any image does.
    private (IReadOnlyList<FoundPartial> Partials, IReadOnlyList<CachedImage> Images) Plan(CatalogueImage image, Sha256Digest digest, long bytes)
    {
        var used = users.Find();
        var images = cache.List();
        var partials = cache.FindPartials().Where(partial => partial.Digest != digest).ToLookup(partial => partial.IsHeld);
        var rest = maxBytes - bytes - partials[true].Sum(partial => partial.DiskBytes);
        if (Choose(images, cached => used.Contains(Path.GetFileName(cached.Path)) || wanted.Contains(cached.Digest), rest) is not { } going)
        {
            throw new HostException(
                HostProblem.StorageFull,
                $"{image.Name}: it takes {new ByteSize(bytes)}, and images may take {new ByteSize(maxBytes)} together, of which those in use, or being fetched, have too much: "
                + "raise images.max-megabytes, or remove some with 'orchestrator image rm'");
        }

        var left = images.Sum(cached => cached.DiskBytes) + partials[false].Sum(partial => partial.DiskBytes);
        var free = new List<FoundPartial>();
        foreach (var partial in partials[false].TakeWhile(_ => left > rest))
        {
            free.Add(partial);
            left -= partial.DiskBytes;
        }

        return (free, going);
    }

    private void Remove(IReadOnlyList<FoundPartial> partials)
    {
        foreach (var found in partials)
        {
            // Unless somebody has begun to fetch it since.
            if (cache.TryTakePartial(found.Digest) is { } partial)
            {
                using (partial)
                {
                    partial.Remove();
                    observer.Notice($"{found.Digest.Short}: what was downloaded of it is removed, to make room: nobody is fetching it");
                }
            }
        }
    }
}

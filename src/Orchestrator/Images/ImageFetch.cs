using System.Security.Cryptography;
using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Images;

/// <summary>
/// Fetches an image: downloads the published file, goes by nothing of it before its digest is right, unpacks and converts it where it has to be, and gives it its
/// name in the cache when it is whole and on the disk. Wherever that ends, the next attempt goes on.
/// </summary>
/// <param name="cache">Where it goes.</param>
/// <param name="server">Where it comes from.</param>
/// <param name="room">Makes room for it.</param>
/// <param name="maxBytes">How much it may take.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="time">The clock.</param>
internal sealed class ImageFetch(ImageCache cache, FileServer server, ImageRoom room, long maxBytes, IFetchObserver observer, TimeProvider time)
{
    private const int LongestList = 1 << 20;
    private const int BufferBytes = 1 << 20;

    /// <summary>Does it.</summary>
    /// <param name="image">Where it is published, and its digest or a list that has it.</param>
    /// <param name="cancellationToken">Ends it; what was downloaded stays.</param>
    /// <exception cref="HostException">It is not to be had, is another, or cannot be used.</exception>
    public async Task<CachedImage> ExecuteAsync(CatalogueImage image, CancellationToken cancellationToken)
    {
        RequirePrograms(image);
        var digest = image.Digest ?? await LookUpAsync(image, image.Sums!, cancellationToken);
        using var partial = await cache.TakePartialAsync(
            digest, () => observer.Notice($"{image.Name}: another process is fetching it: waiting for that"), cancellationToken);
        if (cache.Find(digest) is { } known)
        {
            partial.Remove();
            observer.Notice($"{image.Name}: already here ({digest.Short})");
            return cache.Renew(known, image);
        }

        partial.RemoveDerived();
        await DownloadAsync(image, digest, partial, cancellationToken);
        try
        {
            var (path, note) = await PrepareAsync(image, partial, cancellationToken);
            room.Make(image, digest, Libc.AllocatedBytes(path));
            var added = cache.Add(digest, path, note, image);
            partial.Remove();
            return added;
        }
        catch (HostException error) when (error.Problem == HostProblem.UnusableImage)
        {
            partial.Remove(); // it would be the same once more
            throw;
        }
        catch (Exception error)
        {
            partial.RemoveDerived();
            if (error is HostException)
            {
                observer.Notice($"{image.Name}: what was downloaded stays for the next attempt; 'orchestrator gc' removes it");
            }

            throw;
        }
    }

    // What would be missed in the end is missed before anything is downloaded.
    private static void RequirePrograms(CatalogueImage image)
    {
        var packing = Packing.OfName(DownloadUrlKind.NameOf(image.Url));
        if (packing?.Program is { } program)
        {
            Programs.Find(program, packing.Package);
        }
    }

    private async Task<Sha256Digest> LookUpAsync(CatalogueImage image, Uri sums, CancellationToken cancellationToken)
    {
        using var served = await server.OpenAsync(image.Name, sums, 0, null, cancellationToken);
        var list = new byte[LongestList];
        var length = 0;
        try
        {
            while (length < list.Length && await served.ReadAsync(list.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (CutException cut)
        {
            throw new HostException(HostProblem.ServiceUnavailable, $"{image.Name}: the list of digests {sums}: {cut.Message}: try again", cut);
        }

        if (length == list.Length)
        {
            throw new HostException(HostProblem.Other, $"{image.Name}: the list of digests {sums} is longer than {new ByteSize(LongestList)}: is it the right one?");
        }

        return ChecksumList.Find(Encoding.UTF8.GetString(list, 0, length), DownloadUrlKind.NameOf(image.Url), out var problem)
            ?? throw new HostException(HostProblem.Other, $"{image.Name}: {sums} {problem}");
    }

    private async Task DownloadAsync(CatalogueImage image, Sha256Digest digest, PartialImage partial, CancellationToken cancellationToken)
    {
        var download = new ImageDownload(
            server, maxBytes, bytes => room.Ask(image, digest, Path.GetDirectoryName(partial.Downloaded)!, bytes, bytes + partial.Length), observer, time);
        for (var anew = false; ; anew = true)
        {
            var resumed = await download.ExecuteAsync(image, partial, cancellationToken);
            var found = Hash(partial, cancellationToken);
            if (found == digest)
            {
                return;
            }

            partial.CutTo(0);
            if (!resumed || anew)
            {
                partial.Remove();
                throw new HostException(
                    HostProblem.Other,
                    $"{image.Name}: what was downloaded is not the file that was to be: its SHA-256 digest is {found}, not {digest}; it was removed: "
                    + "see whether the publisher has replaced the file, and by whom the digest is told");
            }

            // Parts of two versions, or a disk that lost what it had.
            observer.Notice($"{image.Name}: the parts that were downloaded do not fit together: once more from the start");
        }
    }

    private Sha256Digest Hash(PartialImage partial, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = GuardedFile.OpenOwn(partial.Downloaded);
        var buffer = new byte[BufferBytes];
        var total = RandomAccess.GetLength(file);
        var done = 0L;
        while (RandomAccess.Read(file, buffer, done) is > 0 and var read)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            done += read;
            observer.Progress("verifying", done, total);
        }

        return Sha256Digest.Of(hash.GetHashAndReset());
    }

    private async Task<(string Path, ImageNote Note)> PrepareAsync(CatalogueImage image, PartialImage partial, CancellationToken cancellationToken)
    {
        var path = partial.Downloaded;
        var length = partial.Length;
        var content = ImageContent.Look(image.Name, path);
        var packing = content.Packing;
        if (packing is not null)
        {
            await new ImageUnpacking(maxBytes, observer).ExecuteAsync(image.Name, packing, path, partial.Unpacked, cancellationToken);
            path = partial.Unpacked;
            content = ImageContent.Look(image.Name, path);
            if (content.Packing is { } again)
            {
                throw new HostException(HostProblem.UnusableImage, $"{image.Name}: what was downloaded is packed twice ({again.Suffix}); unpack it first, and name the image by its path");
            }
        }

        var format = content.IsQcow2 ? "qcow2" : "raw";
        if (!content.IsQcow2)
        {
            observer.Notice($"{image.Name}: a raw disk: converting it to qcow2");
            await ImageConversion.ExecuteAsync(image.Name, path, partial.Converted, time, cancellationToken);
            path = partial.Converted;
            content = ImageContent.Look(image.Name, path);
        }

        return (path, new ImageNote
        {
            Format = packing is null ? format : $"{format}.{packing.Suffix}",
            PublishedBytes = length,
            VirtualBytes = content.VirtualBytes ?? throw new HostException(HostProblem.Other, $"{image.Name}: qemu-img made no qcow2 image of it"),
        });
    }
}

using System.Buffers;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>
/// A base image and everything beneath it, opened and checked. The image is not trusted: a chain that names what it likes could make QEMU read any file of
/// the host into a guest. So only what the instance lists is followed, never a raw file, as which every file can be read, and nothing is guessed.
/// </summary>
internal sealed class BackingChain : IDisposable
{
    private const int MaxDepth = 8;
    private const string Remedy = "; replace images by renaming (mv), while no machine of theirs is being made, and run again";

    private BackingChain(IReadOnlyList<ChainLink> links) => Links = links;

    /// <summary>The base image first, then what it is backed by.</summary>
    public IReadOnlyList<ChainLink> Links { get; }

    /// <summary>The base image.</summary>
    public ChainLink Base => Links[0];

    /// <summary>Opens and checks a base image and its chain.</summary>
    /// <param name="path">Absolute path of a qcow2 file.</param>
    /// <param name="listed">Absolute paths of what it may be backed by, likewise qcow2 files.</param>
    /// <exception cref="HostException">The image, or one beneath it, cannot or must not be used.</exception>
    public static BackingChain Open(string path, IReadOnlyList<string> listed)
    {
        var links = new List<ChainLink>();
        try
        {
            var allowed = listed.Select(ImageFile.Resolve).ToList();
            var next = (string?)ImageFile.Resolve(path);
            while (next is { } image)
            {
                if (links.Any(link => link.Path == image))
                {
                    throw Refused(links[^1].Path, $"is backed, in the end, by itself ({image})");
                }

                if (links.Count == MaxDepth)
                {
                    throw Refused(path, $"has a backing chain of more than {MaxDepth} images; flatten it: qemu-img convert -O qcow2");
                }

                next = OpenLink(image, allowed, links);
            }

            return new BackingChain(links);
        }
        catch
        {
            Close(links);
            throw;
        }
    }

    /// <summary>
    /// Makes sure that a QEMU which was told the images' paths, and not given the open files, has opened what was looked at. It must not have run its guest yet.
    /// </summary>
    /// <param name="qemu">Its pid; null where it may not be looked at, and only what is at the paths by now can be.</param>
    /// <param name="named">Absolute paths of what else it was told to open.</param>
    /// <exception cref="HostException">It has opened something else.</exception>
    public void RequireOpenedBy(int? qemu, IEnumerable<string> named)
    {
        var read = qemu is { } pid ? ProcessTable.FilesReadBy(pid) : null;
        foreach (var link in Links)
        {
            if (!(read ?? [link.Path]).Any(file => TryGet(VersionOf, file) == link.Version))
            {
                throw Refused(link.Path, $"was replaced or written to while its machine was being made{Remedy}");
            }
        }

        // Who owns an image may have had it name a data file while QEMU read its header, and then put all back, its time too. The host's firmware may lie behind links; an
        // image's path is no longer asked what it leads to.
        var expected = named.Where(path => !Links.Any(link => link.Path.StartsWith(path, StringComparison.Ordinal)))
            .Concat(Links.Select(link => PathOf(link.File)))
            .Select(path => TryGet(IdentityOf, path))
            .ToHashSet();
        if (read?.FirstOrDefault(file => TryGet(IdentityOf, file) is { } identity && !expected.Contains(identity)) is { } odd)
        {
            throw Refused(
                Base.Path,
                $"was written to while its machine was being made, or one beneath it: QEMU has opened {new FileInfo(odd).LinkTarget ?? odd}, which nothing names{Remedy}");
        }
    }

    public void Dispose() => Close(Links);

    private static string? OpenLink(string path, List<string> allowed, List<ChainLink> links)
    {
        var (file, length) = ImageFile.Open(path);
        var buffer = ArrayPool<byte>.Shared.Rent(Qcow2Header.MaxBytes);
        try
        {
            var version = VersionOf(PathOf(file));

            // First: what is being written is often not whole yet, and that is not the cause to name.
            if (ImageLock.IsHeld(file))
            {
                throw new ImageFormatException(ImageLock.Reason);
            }

            var start = buffer.AsSpan(0, (int)Math.Min(length, Qcow2Header.MaxBytes));
            var header = Qcow2Header.Parse(start[..RandomAccess.Read(file, start, 0)], length);
            Qcow2Tables.RequireComplete(header, file, length);
            links.Add(new ChainLink(path, header.VirtualSize, file, version));
            return header.BackingFile is { } name ? Next(path, name, header.BackingFormat, allowed) : null;
        }
        catch (Exception exception) when (exception is ImageFormatException or IOException)
        {
            file.Dispose();
            var why = exception is IOException ? $"cannot be read: {exception.Message}" : exception.Message;
            throw new HostException(HostProblem.UnusableImage, $"image {path} {why}", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Next(string image, string name, string? format, List<string> allowed)
    {
        // QEMU takes what precedes a colon, unless a slash comes first, for a protocol: json:, nbd:, fat:, ssh: …
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (colon >= 0 && (slash < 0 || colon < slash))
        {
            throw Refused(image, $"is backed by {name}, which is no plain file; only files that its instance lists are allowed");
        }

        var path = ImageFile.Resolve(Path.Combine(Path.GetDirectoryName(image)!, name));
        return format switch
        {
            "qcow2" when allowed.Contains(path) => path,
            "qcow2" => throw Refused(image, $"is backed by {path}, which its instance does not list; if the guest may read that: \"backing\": [\"{path}\"]"),
            "raw" => throw Refused(image, $"is backed by the raw file {path}, as which a guest could read any file of the host; if it is a disk, convert it to qcow2 and list it"),
            null => throw Refused(image, $"does not say what format its backing file {name} has; name it: qemu-img rebase -u -F qcow2 -b"),
            _ => throw Refused(image, $"is backed by a file of format {format}; only qcow2 is allowed"),
        };
    }

    private static string PathOf(SafeFileHandle file) => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}");

    private static string IdentityOf(string path) => Libc.Identify(path).Identity.ToString();

    private static string VersionOf(string path) => $"{IdentityOf(path)} {Libc.VersionOf(path)}";

    private static string? TryGet(Func<string, string> get, string path)
    {
        try
        {
            return get(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static HostException Refused(string path, string why) => new(HostProblem.UnusableImage, $"image {path} {why}");

    private static void Close(IReadOnlyList<ChainLink> links)
    {
        foreach (var link in links)
        {
            link.File.Dispose();
        }
    }
}

/// <summary>One file of a backing chain, a qcow2 image, open for reading.</summary>
/// <param name="Path">Its absolute path, symbolic links resolved.</param>
/// <param name="VirtualSize">The size of the disk it holds, in bytes.</param>
/// <param name="File">The open file: what was checked is what QEMU gets.</param>
/// <param name="Version">Tells it from every other file, and from itself when it was written to.</param>
internal sealed record ChainLink(string Path, long VirtualSize, SafeFileHandle File, string Version);

using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Images;

/// <summary>
/// What there is of an image that is being fetched, held by a lock on its first file for as long as somebody fetches it: <c>DIGEST.part</c>, what was downloaded;
/// <c>DIGEST.version</c>, which version of the server's file that is a part of; <c>DIGEST.unpacked</c> and <c>DIGEST.converted</c>, what becomes of it.
/// </summary>
internal sealed class PartialImage : IDisposable
{
    private const string PartSuffix = ".part";
    private const string VersionSuffix = ".version";
    private const string UnpackedSuffix = ".unpacked";
    private const string ConvertedSuffix = ".converted";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly string _stem;
    private readonly LockFile _held;

    private PartialImage(string stem, LockFile held) => (_stem, _held) = (stem, held);

    /// <summary>What its files' names end in.</summary>
    public static IReadOnlyList<string> Suffixes { get; } = [PartSuffix, VersionSuffix, UnpackedSuffix, ConvertedSuffix];

    /// <summary>Absolute path of what was downloaded.</summary>
    public string Downloaded => _stem + PartSuffix;

    /// <summary>Absolute path of that unpacked, where it was packed.</summary>
    public string Unpacked => _stem + UnpackedSuffix;

    /// <summary>Absolute path of that as a qcow2 image, where it was none.</summary>
    public string Converted => _stem + ConvertedSuffix;

    /// <summary>How much was downloaded, in bytes.</summary>
    public long Length => RandomAccess.GetLength(_held.File);

    private SafeFileHandle File => _held.File;

    /// <summary>Takes it, and makes it where it is not there. See <see cref="ImageCache.TakePartialAsync"/>.</summary>
    public static async Task<PartialImage> TakeAsync(string stem, Action waiting, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var told = false; ; await Task.Delay(BetweenLooks, time, cancellationToken))
        {
            // Whoever had it may have removed or renamed it between our opening the file and our locking it: then the lock is worth nothing.
            while (TryOpen(stem, Libc.ReadWrite | Libc.Create) is { } held)
            {
                if (IsStillAt(stem, held))
                {
                    return new PartialImage(stem, held);
                }

                held.Dispose();
            }

            if (!told)
            {
                told = true;
                waiting();
            }
        }
    }

    /// <summary>Takes what somebody who is gone left. See <see cref="ImageCache.TryTakePartial"/>.</summary>
    public static PartialImage? TryTake(string stem)
    {
        // What became of a download lies there without it where somebody removed that by hand.
        if (TryOpen(stem, Libc.ReadWrite | (Suffixes.Any(suffix => GuardedFile.IsRegular(stem + suffix)) ? Libc.Create : 0)) is not { } held)
        {
            return null;
        }

        if (IsStillAt(stem, held))
        {
            return new PartialImage(stem, held);
        }

        held.Dispose();
        return null;
    }

    /// <summary>Looks at what there is of an image, and changes nothing.</summary>
    /// <returns>Null where there is nothing, or not any more.</returns>
    public static FoundPartial? Look(string stem, Sha256Digest digest)
    {
        var files = Suffixes.Select(suffix => stem + suffix).Where(GuardedFile.IsRegular).ToList();
        try
        {
            return files.Count == 0
                ? null
                : new FoundPartial(digest, files[0], files.Sum(Libc.AllocatedBytes), files.Max(System.IO.File.GetLastWriteTimeUtc), IsHeld(stem));
        }
        catch (IOException)
        {
            return null; // whoever fetches it is done meanwhile
        }
    }

    /// <summary>Which version of the server's file it is a part of; null where that is not known.</summary>
    public PartialVersion? ReadVersion()
    {
        try
        {
            return JsonSerializer.Deserialize(GuardedFile.ReadOwn(_stem + VersionSuffix), ImageJson.Default.PartialVersion);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Begins anew: nothing is downloaded yet, and what will be is of this version.</summary>
    /// <exception cref="HostException">No room, or no permission.</exception>
    public void Begin(PartialVersion version) => Try(() =>
    {
        RandomAccess.SetLength(File, 0);
        PrivateFile.Replace(_stem + VersionSuffix, JsonSerializer.SerializeToUtf8Bytes(version, ImageJson.Default.PartialVersion));
    });

    /// <summary>Writes what was downloaded next.</summary>
    /// <exception cref="HostException">No room, or no permission.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(File, bytes, Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }

    /// <summary>Gives back what was downloaded after the first bytes.</summary>
    public void CutTo(long length) => Try(() => RandomAccess.SetLength(File, Math.Min(length, Length)));

    /// <summary>Removes what became of the download, if it did.</summary>
    public void RemoveDerived() => Try(() =>
    {
        PrivateFile.Delete(Unpacked);
        PrivateFile.Delete(Converted);
    });

    /// <summary>Removes all of it.</summary>
    public void Remove()
    {
        RemoveDerived();
        Try(() =>
        {
            PrivateFile.Delete(_stem + VersionSuffix);
            PrivateFile.Delete(Downloaded); // the lock's own file, last: nobody can take it anew before the rest is gone
        });
    }

    /// <summary>Lets it go; whoever fetches the image next goes on from there.</summary>
    public void Dispose()
    {
        try
        {
            if (!_held.File.IsClosed && Length == 0 && IsStillAt(_stem, _held))
            {
                Remove(); // nothing came of it
            }
        }
        catch (HostException)
        {
            // It does no harm.
        }
        finally
        {
            _held.Dispose();
        }
    }

    private static LockFile? TryOpen(string stem, int flags)
    {
        try
        {
            return LockFile.Open(stem + PartSuffix, flags);
        }
        catch (Exception error) when ((error is FileNotFoundException && (flags & Libc.Create) == 0) || LockFile.IsHeldByAnother(error))
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(stem, error);
        }
    }

    private static bool IsHeld(string stem)
    {
        try
        {
            return LockFile.IsHeld(stem + PartSuffix);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true; // not known, and so left
        }
    }

    private static bool IsStillAt(string stem, LockFile held)
    {
        try
        {
            return Libc.Inode(stem + PartSuffix) == Libc.Inode(held.File, stem);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }

    private HostException Explain(Exception error) => Explain(_stem, error);

    private static HostException Explain(string stem, Exception error) =>
        HostException.OfFile(error, $"images '{Path.GetDirectoryName(stem)}'", "name another state directory with --state-dir");
}

/// <summary>What there is of an image that is being fetched, or was and has not come to its end.</summary>
/// <param name="Digest">The image.</param>
/// <param name="Path">Absolute path of a file of it: what was downloaded, where that is there.</param>
/// <param name="DiskBytes">The bytes that it takes on the disk.</param>
/// <param name="Changed">When it last became more, UTC.</param>
/// <param name="IsHeld">Whether somebody fetches it.</param>
internal sealed record FoundPartial(Sha256Digest Digest, string Path, long DiskBytes, DateTimeOffset Changed, bool IsHeld);

/// <summary>Which version of a server's file a download is a part of.</summary>
/// <param name="Url">The file.</param>
/// <param name="ETag">The server's word for the version, in its quotation marks; null where it gave none that is good for parts.</param>
/// <param name="LastModified">When it was last modified, by the server's word and in its form; null where it gave none.</param>
/// <param name="Length">How long the whole of it is, in bytes; null where the server does not say.</param>
internal sealed record PartialVersion(Uri Url, string? ETag = null, string? LastModified = null, long? Length = null)
{
    /// <summary>What to name the version by (RFC 9110, 13.1.5); null where it has no name, and only all of the file is worth anything.</summary>
    public string? Validator => ETag ?? LastModified;
}

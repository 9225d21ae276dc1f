using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Images;

/// <summary>
/// The base images that were fetched: <c>DIGEST.qcow2</c>, named after the digest of the published file, so that another file is never written over one that machines
/// read from; beside it <c>DIGEST.json</c>, what is known of it, and while it is being fetched <c>DIGEST.part</c> and what else a <see cref="PartialImage"/> consists of.
/// </summary>
/// <param name="directory">Absolute path of the directory, of this user alone. Need not exist.</param>
/// <param name="time">The clock.</param>
internal sealed class ImageCache(string directory, TimeProvider time)
{
    private const string ImageSuffix = ".qcow2";
    private const string NoteSuffix = ".json";
    private const string MarkName = "fetched";
    private const int MostOrigins = 16;

    private const UnixFileMode ReadOnlyMode = UnixFileMode.UserRead;

    /// <summary>A file that is replaced whenever an image was fetched, for whoever waits for one.</summary>
    public string Mark => Path.Combine(directory, MarkName);

    /// <summary>Absolute path of the image of a digest, whether it is there or not.</summary>
    public string PathOf(Sha256Digest digest) => Path.Combine(directory, digest.Hex + ImageSuffix);

    /// <summary>All of them, by name.</summary>
    /// <exception cref="HostException">The directory may not be read.</exception>
    public IReadOnlyList<CachedImage> List() =>
        [.. DigestsOf(ImageSuffix).Select(Find).OfType<CachedImage>().OrderBy(image => image.Name, StringComparer.Ordinal).ThenBy(image => image.Note.Fetched)];

    /// <summary>The one of that digest; null where it is not there.</summary>
    public CachedImage? Find(Sha256Digest digest)
    {
        var path = PathOf(digest);
        try
        {
            return GuardedFile.IsRegular(path)
                ? new CachedImage(digest, path, Libc.AllocatedBytes(path), UsedAt(digest), ReadNote(digest))
                : null;
        }
        catch (IOException)
        {
            return null; // removed meanwhile
        }
    }

    /// <summary>The one that was fetched last for an image of a catalogue; null where none was.</summary>
    public CachedImage? Find(CatalogueImage image) => image.Digest is { } digest
        ? Find(digest)
        : List().Where(cached => FetchedFor(cached, image) is not null).MaxBy(cached => FetchedFor(cached, image));

    /// <summary>The one at a path; null where there is none, or it is not the cache's.</summary>
    public CachedImage? FindAt(string path) =>
        Path.GetDirectoryName(path) == directory && Sha256Digest.TryParse(Path.GetFileNameWithoutExtension(path)) is { } digest ? Find(digest) : null;

    /// <summary>Those that a person means by a name, or by the beginning of a digest.</summary>
    public IReadOnlyList<CachedImage> Find(string name) => [.. List().Where(image => image.IsCalled(name))];

    /// <summary>The digests of what is being fetched, or was and has not come to its end.</summary>
    public IReadOnlyList<Sha256Digest> Partials() =>
        [.. PartialImage.Suffixes.SelectMany(DigestsOf).Distinct().OrderBy(digest => digest.Hex, StringComparer.Ordinal)];

    /// <summary>Looks at what there is of those, the longest untouched first, and changes nothing.</summary>
    public IReadOnlyList<FoundPartial> FindPartials() =>
        [.. Partials().Select(digest => PartialImage.Look(Path.Combine(directory, digest.Hex), digest)).OfType<FoundPartial>().OrderBy(partial => partial.Changed)];

    /// <summary>Takes what there is of an image that is being fetched; while another process fetches it, waits.</summary>
    /// <param name="digest">The image.</param>
    /// <param name="waiting">Is called once, when it has to be waited for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="HostException">No room, or no permission.</exception>
    public Task<PartialImage> TakePartialAsync(Sha256Digest digest, Action waiting, CancellationToken cancellationToken) =>
        PartialImage.TakeAsync(Path.Combine(directory, digest.Hex), waiting, time, cancellationToken);

    /// <summary>Takes what was left of an image's fetching by whoever is gone.</summary>
    /// <returns>Null where somebody fetches it, or nothing is left.</returns>
    public PartialImage? TryTakePartial(Sha256Digest digest) => PartialImage.TryTake(Path.Combine(directory, digest.Hex));

    /// <summary>Notes that an image was fetched once more.</summary>
    /// <returns>The image as it is known now.</returns>
    public CachedImage Renew(CachedImage image, CatalogueImage fetched)
    {
        WriteNote(image.Digest, WithOrigin(image.Note, fetched));
        WriteMark(image.Digest);
        return Find(image.Digest) ?? image;
    }

    /// <summary>Makes a whole image one of the cache's.</summary>
    /// <param name="digest">Its digest, as it was published.</param>
    /// <param name="path">The file, a checked qcow2 image in the cache's directory; it is renamed.</param>
    /// <param name="note">What is known of it.</param>
    /// <param name="fetched">What it was fetched for.</param>
    /// <exception cref="HostException">No room, or no permission.</exception>
    public CachedImage Add(Sha256Digest digest, string path, ImageNote note, CatalogueImage fetched)
    {
        try
        {
            // On the disk before it has its name: a host that loses its power now must not find half of it under that.
            using (var file = GuardedFile.OpenOwn(path))
            {
                RandomAccess.FlushToDisk(file);
            }

            File.SetUnixFileMode(path, ReadOnlyMode);
            WriteNote(digest, WithOrigin(note, fetched));
            File.Move(path, PathOf(digest), overwrite: true);
            using (var made = Libc.Open(directory, Libc.ReadOnly))
            {
                RandomAccess.FlushToDisk(made);
            }

            WriteMark(digest);
            return Find(digest)!;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }

    /// <summary>Notes that an image is given to a run. What cannot be noted costs the image its place among those that were used lately, and nothing else.</summary>
    public void Touch(CachedImage image)
    {
        try
        {
            File.SetLastWriteTimeUtc(NotePathOf(image.Digest), time.GetUtcNow().UtcDateTime);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    /// <summary>Removes an image. Machines that have it open go on.</summary>
    /// <exception cref="HostException">It may not be removed.</exception>
    public void Remove(Sha256Digest digest)
    {
        try
        {
            PrivateFile.Delete(PathOf(digest));
            PrivateFile.Delete(NotePathOf(digest));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }

    private static DateTimeOffset? FetchedFor(CachedImage cached, CatalogueImage image) => cached.Note.Origins.LastOrDefault(origin => origin.Url == image.Url)?.Fetched;

    private HostException Explain(Exception error) => HostException.OfFile(error, $"images '{directory}'", "name another state directory with --state-dir");

    private string NotePathOf(Sha256Digest digest) => Path.Combine(directory, digest.Hex + NoteSuffix);

    private IEnumerable<Sha256Digest> DigestsOf(string suffix)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(directory, "*" + suffix)
                    .Select(path => Sha256Digest.TryParse(Path.GetFileName(path)[..^suffix.Length]))
                    .OfType<Sha256Digest>(),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }

    private DateTimeOffset UsedAt(Sha256Digest digest) => File.GetLastWriteTimeUtc(NotePathOf(digest));

    private ImageNote ReadNote(Sha256Digest digest)
    {
        try
        {
            return JsonSerializer.Deserialize(GuardedFile.ReadOwn(NotePathOf(digest)), ImageJson.Default.ImageNote) ?? new ImageNote();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return new ImageNote(); // the image is as good without
        }
    }

    private ImageNote WithOrigin(ImageNote note, CatalogueImage fetched) => note with
    {
        Origins =
        [
            .. note.Origins.Where(origin => origin.Name != fetched.Name || origin.Url != fetched.Url).TakeLast(MostOrigins - 1),
            new ImageOrigin(
                fetched.Name,
                fetched.Url,
                time.GetUtcNow(),
                fetched.Architecture is { } architecture ? InstanceKeys.ArchitectureWords.WordOf(architecture) : null,
                fetched.Released),
        ],
    };

    private void WriteNote(Sha256Digest digest, ImageNote note)
    {
        try
        {
            PrivateFile.Replace(NotePathOf(digest), note.ToUtf8Json(), durably: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }

    private void WriteMark(Sha256Digest digest)
    {
        try
        {
            PrivateFile.Replace(Mark, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{digest} {time.GetUtcNow():O}\n")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }
}

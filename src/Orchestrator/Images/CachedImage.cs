using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Configuration;

namespace Orchestrator.Images;

/// <summary>A base image that was fetched.</summary>
/// <param name="Digest">The digest of the file as it was published.</param>
/// <param name="Path">Absolute path of the image, a qcow2 file.</param>
/// <param name="DiskBytes">The bytes that it takes on the disk.</param>
/// <param name="Used">When it was last fetched or given to a run, UTC.</param>
/// <param name="Note">What is known of it.</param>
internal sealed record CachedImage(Sha256Digest Digest, string Path, long DiskBytes, DateTimeOffset Used, ImageNote Note)
{
    /// <summary>Its names, for a person.</summary>
    public string Name => Note.Origins.Count == 0 ? Digest.Short : string.Join(", ", Note.Origins.Select(origin => origin.Name).Distinct());

    /// <summary>Whether a person means it: by one of its names, or by the beginning of its digest.</summary>
    public bool IsCalled(string name) => Note.Origins.Any(origin => origin.Name == name) || IsDigest(Digest, name);

    /// <summary>Warns of a runner in it that is old, by the catalogue's word.</summary>
    /// <param name="released">When that was released, where the catalogue is at hand; null: by what it said when the image was fetched.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null where it is not, or nobody said.</returns>
    public string? FindAgedRunner(DateOnly? released, DateTimeOffset now) => (released ?? Note.Released) is { } day
        ? AgedRunner.Find(
            Name, "", "was released", new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero), now, "fetch a newer image, or correct \"released\" in its catalogue and fetch it once more")
        : null;

    /// <summary>Whether a text is a digest, or the beginning of it that people are shown, with <c>sha256:</c> before it or without.</summary>
    public static bool IsDigest(Sha256Digest digest, string text)
    {
        var hex = text.StartsWith("sha256:", StringComparison.Ordinal) ? text["sha256:".Length..] : text;
        return hex.Length >= digest.Short.Length && digest.Hex.StartsWith(hex, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>What is known of a fetched image beside its bytes: <c>DIGEST.json</c>.</summary>
internal sealed record ImageNote
{
    /// <summary>Where it was fetched from, the latest last.</summary>
    public IReadOnlyList<ImageOrigin> Origins { get; init; } = [];

    /// <summary>The format it was published in, and how it was packed: <c>raw.xz</c>.</summary>
    public string Format { get; init; } = "qcow2";

    /// <summary>The length of the published file, in bytes.</summary>
    public long PublishedBytes { get; init; }

    /// <summary>The size of the disk that a guest sees, in bytes.</summary>
    public long VirtualBytes { get; init; }

    /// <summary>When it was last fetched, UTC; null where nobody knows.</summary>
    [JsonIgnore]
    public DateTimeOffset? Fetched => Origins.Count == 0 ? null : Origins[^1].Fetched;

    /// <summary>Where it was fetched from last; null where nobody knows.</summary>
    [JsonIgnore]
    public Uri? Source => Origins.Count == 0 ? null : Origins[^1].Url;

    /// <summary>The architecture of guests that it is for, in the catalogue's words; null where nobody said.</summary>
    [JsonIgnore]
    public string? Architecture => Origins.LastOrDefault(origin => origin.Arch is not null)?.Arch;

    /// <summary>When the runner in it was released; null where nobody said.</summary>
    [JsonIgnore]
    public DateOnly? Released => Origins.LastOrDefault(origin => origin.Released is not null)?.Released;

    /// <summary>The note's bytes.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, ImageJson.Default.ImageNote);
}

/// <summary>Where an image was fetched from.</summary>
/// <param name="Name">The name under which.</param>
/// <param name="Url">The URL of the published file.</param>
/// <param name="Fetched">When, UTC.</param>
/// <param name="Arch">The architecture of guests that it is for, in the catalogue's words; null where nobody said.</param>
/// <param name="Released">When the runner in it was released; null where nobody said.</param>
internal sealed record ImageOrigin(string Name, Uri Url, DateTimeOffset Fetched, string? Arch = null, DateOnly? Released = null);

/// <summary>Reflection-free JSON for what lies beside images.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ImageNote))]
[JsonSerializable(typeof(PartialVersion))]
[JsonSerializable(typeof(ImageSidecar))]
internal sealed partial class ImageJson : JsonSerializerContext;

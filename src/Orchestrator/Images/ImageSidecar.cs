using System.Text.Json;
using Orchestrator.Linux.Files;

namespace Orchestrator.Images;

/// <summary>What whoever built an image says of it in a file beside it, <c>IMAGE.json</c>. All of it is the builder's word.</summary>
internal sealed record ImageSidecar
{
    private const int MaxBytes = 64 << 10;

    /// <summary>When the image was built.</summary>
    public DateTimeOffset? Made { get; init; }

    /// <summary>What kind of image it is: <c>github</c>.</summary>
    public string? Variant { get; init; }

    /// <summary>The architecture of its guests.</summary>
    public string? Arch { get; init; }

    /// <summary>The distribution's release.</summary>
    public string? Release { get; init; }

    /// <summary>A digest of what it was built of.</summary>
    public string? Inputs { get; init; }

    /// <summary>The program in it that takes jobs; null where it has none.</summary>
    public ImageRunner? Runner { get; init; }

    /// <summary>The sidecar's path of an image.</summary>
    public static string PathOf(string imagePath) => imagePath + ".json";

    /// <summary>Reads the one of an image.</summary>
    /// <param name="imagePath">The image.</param>
    /// <param name="problem">Why what is there cannot be read, a line; null where it can, or nothing is there.</param>
    /// <returns>Null where there is none, or none that makes sense.</returns>
    public static ImageSidecar? Read(string imagePath, out string? problem)
    {
        problem = null;
        try
        {
            using var file = GuardedFile.Open(PathOf(imagePath));
            return JsonSerializer.Deserialize(GuardedFile.Read(file, MaxBytes), ImageJson.Default.ImageSidecar);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (JsonException error)
        {
            problem = $"{PathOf(imagePath)}: not what a builder of images writes (line {error.LineNumber + 1}): remove it, or build the image again";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = $"{PathOf(imagePath)}: cannot be read: {error.Message}";
        }

        return null;
    }

    /// <summary>Its bytes.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, ImageJson.Default.ImageSidecar);

    /// <summary>Warns of a runner that is old.</summary>
    /// <param name="imagePath">The image.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null where it is not, or has none.</returns>
    public string? FindAgedRunner(string imagePath, DateTimeOffset now) =>

        // One whose release nobody knows is as old as the image at least.
        Runner is not null && (Runner.Released ?? Made) is { } since
            ? AgedRunner.Find(imagePath, $"{Runner}", Runner.Released is null ? "was put into it" : "was released", since, now, "build the image again to be sure")
            : null;
}

/// <summary>The program in an image that takes jobs.</summary>
internal sealed record ImageRunner
{
    /// <summary>Its name: <c>actions-runner</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Its version.</summary>
    public string? Version { get; init; }

    /// <summary>When that version was released.</summary>
    public DateTimeOffset? Released { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name ?? "unnamed"} {Version}".TrimEnd();
}

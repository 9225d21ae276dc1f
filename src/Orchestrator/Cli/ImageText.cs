using System.Globalization;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Images;

namespace Orchestrator.Cli;

/// <summary>Base images for a program.</summary>
internal static class ImageText
{
    /// <summary>Writes what is known of a fetched image into the object that is open; what nobody knows is null.</summary>
    public static void WriteCached(Utf8JsonWriter json, CachedImage image)
    {
        json.WriteString("name", image.Name);
        json.WriteString("arch", image.Note.Architecture);
        json.WriteString("digest", "sha256:" + image.Digest.Hex);
        json.WriteString("path", image.Path);
        json.WriteString("source", image.Note.Source?.AbsoluteUri);
        json.WriteString("format", image.Note.Format);
        json.WriteNumber("published-bytes", image.Note.PublishedBytes);
        json.WriteNumber("disk-bytes", image.DiskBytes);
        json.WriteNumber("virtual-bytes", image.Note.VirtualBytes);
        json.WriteString("released", image.Note.Released is { } day ? DayKind.TextOf(day) : null);
        json.WriteString("fetched", Text(image.Note.Fetched));
        json.WriteString("used", Text(image.Used));
    }

    /// <summary>A time.</summary>
    public static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}

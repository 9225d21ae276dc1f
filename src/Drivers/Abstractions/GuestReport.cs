using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Drivers;

/// <summary>
/// What a guest says of itself, by a line of JSON on its virtio-serial port <see cref="Port"/>: <c>{"event":"job-started","name":"build"}</c>. A closed hierarchy. A guest
/// says what it likes, so nothing but its own machine's life may depend on it; its texts are short, and harmless to a terminal.
/// </summary>
public abstract record GuestReport
{
    /// <summary>The port's name, by which a guest finds it.</summary>
    public const string Port = "org.orchestrator.guest.0";

    private const int LongestText = 200;
    private const int LongestWord = 80;

    private GuestReport()
    {
    }

    /// <summary>It waits for a job (<c>ready</c>).</summary>
    public sealed record Ready : GuestReport;

    /// <summary>It works (<c>job-started</c>).</summary>
    /// <param name="Name">On what; null where it does not say.</param>
    public sealed record JobStarted(string? Name) : GuestReport;

    /// <summary>It has done its job, and waits for the next or ends (<c>job-ended</c>).</summary>
    /// <param name="Result">How the job went, in the guest's words; null where it does not say.</param>
    public sealed record JobEnded(string? Result) : GuestReport;

    /// <summary>Anything else that a person may want to know (<c>status</c>).</summary>
    /// <param name="Text">What.</param>
    public sealed record Status(string Text) : GuestReport;

    /// <summary>Reads one line.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <returns>Null for one that makes no sense, and for what a later version of this program may know.</returns>
    public static GuestReport? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.ValueKind != JsonValueKind.Object || reader.Read() ? null : TextOf(json, "event", LongestWord) switch
            {
                "ready" => new Ready(),
                "job-started" => new JobStarted(TextOf(json, "name", LongestWord)),
                "job-ended" => new JobEnded(TextOf(json, "result", LongestWord)),
                "status" when TextOf(json, "text", LongestText) is { } text => new Status(text),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // the latter is what a text throws that is no Unicode
        }
    }

    private static string? TextOf(JsonDocument json, string name, int longest) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Clean(value.GetString()!, longest) : null;

    // One line, which commands no terminal and turns no direction of writing around (U+202E); null where nothing is left.
    private static string? Clean(string text, int longest)
    {
        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= longest)
            {
                break;
            }

            if (Rune.IsWhiteSpace(rune))
            {
                clean.Append(clean.Length == 0 || clean[^1] == ' ' ? "" : " ");
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                clean.Append(rune);
            }
        }

        return clean.ToString().TrimEnd() is { Length: > 0 } some ? some : null;
    }
}

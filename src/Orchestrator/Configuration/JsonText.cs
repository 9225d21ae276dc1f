using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>JSON for people's eyes: quoted values and paths that fit into one line of a message.</summary>
internal static class JsonText
{
    private const int LongestShown = 60;

    private static readonly SearchValues<char> PlainKeyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>The text in quotation marks, control characters escaped, shortened where it is long.</summary>
    public static string Quote(string text) =>
        $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Shorten(text))}\"";

    /// <summary>The text, its end replaced by an ellipsis where it is long.</summary>
    public static string Shorten(string text)
    {
        if (text.Length <= LongestShown)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[LongestShown - 1]) ? LongestShown - 1 : LongestShown;
        return text[..end] + "…";
    }

    /// <summary>The path of a key below <paramref name="parent"/>: <c>.key</c>, or <c>["odd key"]</c>.</summary>
    public static string KeyPath(string parent, string key)
    {
        if (key.Length == 0 || key.Length > LongestShown || key.AsSpan().ContainsAnyExcept(PlainKeyCharacters))
        {
            return $"{parent}[{Quote(key)}]";
        }

        return parent.Length == 0 ? key : $"{parent}.{key}";
    }

    /// <summary>The path of an array's item.</summary>
    public static string ItemPath(string parent, int index) => $"{parent}[{index}]";

    /// <summary>Writes an indented document for a person or his script. In ASCII: what a guest has said may be in it, and a terminal must not obey that.</summary>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            write(writer);
        }

        return Encoding.ASCII.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// How JSON that a guest or a person reads is written: characters as themselves, since nobody embeds it in HTML.
    /// </summary>
    public static JsonWriterOptions WriterOptions => new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };
}

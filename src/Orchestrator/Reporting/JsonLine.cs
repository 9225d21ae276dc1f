using System.Buffers;
using System.Text;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Reporting;

/// <summary>One event as one line of NDJSON: written whole, and at once.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one. It begins with <c>time</c> (UTC) and <c>event</c>, which is the name of the event's type in kebab case.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="whose">Whose events these are, for a person: <c>the run's</c>.</param>
    /// <param name="happened">The event.</param>
    /// <param name="at">When.</param>
    /// <param name="write">Writes the rest of the object.</param>
    /// <exception cref="HostException">It cannot be written.</exception>
    public static void Write(Stream output, string whose, object happened, DateTimeOffset at, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var line = new Utf8JsonWriter(buffer, Options))
        {
            line.WriteStartObject();
            line.WriteString("time", at.UtcDateTime);
            line.WriteString("event", JsonNamingPolicy.KebabCaseLower.ConvertName(happened.GetType().Name));
            write(line);
            line.WriteEndObject();
        }

        buffer.Write("\n"u8);
        try
        {
            output.Write(Encoding.UTF8.GetBytes(SecretMask.Hide(Encoding.UTF8.GetString(buffer.WrittenSpan))));
            output.Flush();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(HostProblem.Other, $"{whose} events cannot be written: {error.Message}", error);
        }
    }
}

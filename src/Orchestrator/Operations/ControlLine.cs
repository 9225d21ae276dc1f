using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Operations;

/// <summary>One JSON object on one line, on a stream.</summary>
internal static class ControlLine
{
    /// <summary>The longest line that is read, in bytes.</summary>
    public const int MaxBytes = 256 * 1024; // a status of a thousand instances

    /// <summary>Writes one.</summary>
    public static async Task WriteAsync<T>(Stream stream, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];
        await stream.WriteAsync(line, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Reads one; whatever follows the line's end is not looked at.</summary>
    /// <returns>Null at the stream's end.</returns>
    /// <exception cref="JsonException">It is no such object, or longer than <see cref="MaxBytes"/>.</exception>
    public static async Task<T?> ReadAsync<T>(Stream stream, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var buffer = new byte[MaxBytes];
        var length = 0;
        while (true)
        {
            var end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
            if (end >= 0)
            {
                return JsonSerializer.Deserialize(buffer.AsSpan(0, end), type) ?? throw new JsonException("it is null");
            }

            if (length == buffer.Length)
            {
                throw new JsonException($"it is longer than {MaxBytes} bytes");
            }

            var count = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (count == 0)
            {
                return length == 0 ? null : throw new JsonException("it ends without a line's end");
            }

            length += count;
        }
    }
}

using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>Writes commands as QEMU reads them (<c>docs/interop/qmp-spec</c>, "Issuing Commands").</summary>
internal static class QmpRequest
{
    /// <summary>Writes one command, with a line end after it.</summary>
    /// <param name="id">Comes back with the answer.</param>
    /// <param name="command">The command's name.</param>
    /// <param name="arguments">Writes the members of the <c>arguments</c> object; null for a command without arguments.</param>
    /// <returns>One line of ASCII: the writer escapes everything else.</returns>
    public static ReadOnlyMemory<byte> Encode(long id, string command, Action<Utf8JsonWriter>? arguments)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter writer = new(line))
        {
            writer.WriteStartObject();
            writer.WriteString("execute"u8, command);
            if (arguments is not null)
            {
                writer.WriteStartObject("arguments"u8);
                arguments(writer);
                writer.WriteEndObject();
            }

            writer.WriteNumber("id"u8, id);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenMemory;
    }
}

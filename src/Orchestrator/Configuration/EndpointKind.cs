using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>An IP address and a TCP port to listen on. No host name: what it means would be decided by others, later.</summary>
internal sealed class EndpointKind : ValueKind<IPEndPoint>
{
    /// <inheritdoc/>
    public override string Expectation => "an IP address and a port, such as \"127.0.0.1:9464\" or \"[::1]:9464\"";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", "^([0-9.]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}$");
    }

    /// <inheritdoc/>
    public override IPEndPoint? Read(SourceValue value, out string? problem)
    {
        problem = null;

        // Parsed in two parts: IPEndPoint takes an address without a port for one with the port 0, and "::1:80" for an address.
        var colon = value.Text.LastIndexOf(':');
        if (value.Kind == JsonValueKind.String
            && colon > 0
            && ushort.TryParse(value.Text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && (value.Text[0] == '[') == value.Text.AsSpan(0, colon).Contains(':')
            && IPAddress.TryParse(value.Text.AsSpan(0, colon), out var address))
        {
            return new IPEndPoint(address, port);
        }

        problem = Mismatch(value);
        return null;
    }
}

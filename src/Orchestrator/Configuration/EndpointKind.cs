using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Linux;

namespace Orchestrator.Configuration;

/// <summary>An IP address and a TCP port to listen on, or a unix socket. No host name: what it means would be decided by others, later.</summary>
internal sealed class EndpointKind : ValueKind<EndPoint>
{
    private const string Unix = "unix:";

    public override string Expectation =>
        "an IP address and a port, such as \"127.0.0.1:9464\" or \"[::1]:9464\", or a socket's path, such as \"unix:/run/orchestrator/monitoring.sock\"";

    /// <summary>An endpoint as it is written.</summary>
    public static string TextOf(EndPoint endpoint) => endpoint is UnixDomainSocketEndPoint ? Unix + endpoint : endpoint.ToString()!;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", "^(([0-9.]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}|unix:/.+)$");
    }

    public override EndPoint? Read(SourceValue value, out string? problem)
    {
        problem = null;
        if (value.Kind == JsonValueKind.String && value.Text.StartsWith(Unix + '/', StringComparison.Ordinal) && !value.Text.Contains('\0', StringComparison.Ordinal))
        {
            var path = value.Text[Unix.Length..];
            problem = Libc.FindSocketPathFault(path) is { } fault ? $"must be shorter: {fault}" : null;
            return problem is null ? new UnixDomainSocketEndPoint(path) : null;
        }

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

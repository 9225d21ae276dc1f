using System.Globalization;
using System.Net;

namespace Orchestrator.Drivers;

/// <summary>Something that a guest may reach though it is not public: a host or network, all of it or one port.</summary>
/// <param name="Host">An IP address, a network in CIDR notation, or a host's name, which is looked up when the machine is prepared.</param>
/// <param name="Port">The TCP and UDP port; null: all of them, and every protocol.</param>
public sealed record AllowedDestination(string Host, int? Port)
{
    /// <summary>Reads <c>10.1.0.0/16</c>, <c>10.1.2.3:5000</c>, <c>[fd00::1]:443</c>, <c>cache.example:3142</c> and the like.</summary>
    /// <returns>Null when it is none of them.</returns>
    public static AllowedDestination? Parse(string text)
    {
        // Not a mere number, which inet_aton(3) takes for an address: who writes "8080" means a port.
        if (!text.StartsWith('[') && text.AsSpan().ContainsAny('.', ':') && (IPNetwork.TryParse(text, out _) || IPAddress.TryParse(text, out _)))
        {
            return new AllowedDestination(text, null);
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            return null;
        }

        var host = text[..colon];
        if (host is ['[', .. var inner, ']'])
        {
            return IPAddress.TryParse(inner, out _) ? new AllowedDestination(inner, port) : null;
        }

        return !host.Contains(':', StringComparison.Ordinal) && (IPNetwork.TryParse(host, out _) || Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4)
            ? new AllowedDestination(host, port)
            : null;
    }

    /// <summary>As it would be written.</summary>
    public override string ToString() => Port is not { } port ? Host
        : string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{port}");
}

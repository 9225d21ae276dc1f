using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Drivers.Host.Network;

/// <summary>
/// What a guest may reach, as rules of nftables for the namespace that its connections are made in: public addresses, the name server, and what it was given. They
/// stand where the guest has no say, so that no route and no address of its choice gets past them.
/// </summary>
internal static class NetworkRules
{
    // IANA's special-purpose address registries (RFC 6890), and multicast. What embeds an IPv4 address is refused with them (NAT64, 6to4, Teredo, ::ffff:0:0/96).
    private const string NotPublic4 =
        "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.0.2.0/24, 192.88.99.0/24, "
        + "192.168.0.0/16, 198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/3";

    private const string NotPublic6 = "::/8, 100::/64, 2001::/32, 2001:db8::/32, 2002::/16, fc00::/7, fe80::/9, ff00::/8";

    /// <summary>The rules for a machine.</summary>
    /// <param name="sshPort">The port in the namespace that leads to the guest's SSH; null where none does.</param>
    /// <param name="allowed">What the guest was given: addresses or networks, each with a port or without.</param>
    /// <param name="own">The host's own addresses, and how long the prefixes are that they share with their neighbours.</param>
    public static string Build(int? sshPort, IReadOnlyList<(IPNetwork Network, int? Port)> allowed, IReadOnlyList<(IPAddress Address, int PrefixLength)> own)
    {
        var rules = new StringBuilder("table inet machine {\n  chain output {\n    type filter hook output priority 0; policy accept;\n");
        if (sshPort is { } port)
        {
            Add($"oifname lo tcp dport {port} accept");
            Add($"oifname lo tcp sport {port} accept");
        }

        Add($"oifname lo drop");
        Add($"icmpv6 type {{ nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert }} accept");
        Add($"ip daddr 10.0.2.3 udp dport 53 accept");

        // The host itself is given by its very address, and by no network that it happens to be in.
        Accept(allowed.Where(given => IsOneAddress(given.Network)));
        foreach (var (address, _) in own)
        {
            Add($"{Family(address)} daddr {Plain(address)} goto refuse");
        }

        Accept(allowed.Where(given => !IsOneAddress(given.Network)));

        // Neighbours on the host's links, public addresses or not, and whatever address the host gets there later.
        foreach (var (address, length) in own)
        {
            Add($"{Family(address)} daddr {Plain(address)}/{length} goto refuse");
        }

        Add($"ip daddr {{ {NotPublic4} }} goto refuse");
        Add($"ip6 daddr {{ {NotPublic6} }} goto refuse");

        // At once, or a guest would wait for each in vain.
        rules.Append("  }\n  chain refuse {\n    meta l4proto tcp reject with tcp reset\n    reject\n  }\n}\n");
        return rules.ToString();

        void Accept(IEnumerable<(IPNetwork Network, int? Port)> given)
        {
            foreach (var (network, to) in given)
            {
                var ports = to is { } one ? string.Create(CultureInfo.InvariantCulture, $"meta l4proto {{ tcp, udp }} th dport {one} ") : "";
                Add($"{Family(network.BaseAddress)} daddr {network} {ports}accept");
            }
        }

        void Add(FormattableString rule) => rules.Append(CultureInfo.InvariantCulture, $"    {rule.ToString(CultureInfo.InvariantCulture)}\n");
    }

    /// <summary>The addresses that the host has at this moment.</summary>
    public static IReadOnlyList<(IPAddress Address, int PrefixLength)> OwnAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(own => (own.Address, own.PrefixLength))
            .Distinct(),
    ];

    private static bool IsOneAddress(IPNetwork network) => network.PrefixLength == (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    // Without its zone.
    private static IPAddress Plain(IPAddress address) => new(address.GetAddressBytes());

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? "ip" : "ip6";
}

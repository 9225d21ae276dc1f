using System.Net;
using Orchestrator.Drivers.Host.Network;

namespace Orchestrator.Drivers.Host.Tests.Network;

/// <summary>What a guest may reach, as rules: what it was given comes before what is refused, and what is refused is complete.</summary>
public sealed class NetworkRulesTests
{
    [Fact]
    public void What_a_guest_was_given_comes_before_what_is_refused_but_the_host_has_to_be_given_by_its_address()
    {
        var rules = Lines(NetworkRules.Build(
            2201,
            [(IPNetwork.Parse("10.1.0.0/16"), null), (IPNetwork.Parse("192.168.7.9/32"), 3142), (IPNetwork.Parse("fd00::7/128"), 443)],
            [(IPAddress.Parse("45.33.32.156"), 24), (IPAddress.Parse("fe80::1%2"), 64)]));

        Assert.Equal(
            [
                "oifname lo tcp dport 2201 accept",
                "oifname lo tcp sport 2201 accept",
                "oifname lo drop",
                "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept",
                "ip daddr 10.0.2.3 udp dport 53 accept",
                "ip daddr 192.168.7.9/32 meta l4proto { tcp, udp } th dport 3142 accept",
                "ip6 daddr fd00::7/128 meta l4proto { tcp, udp } th dport 443 accept",
                "ip daddr 45.33.32.156 goto refuse",
                "ip6 daddr fe80::1 goto refuse",
                "ip daddr 10.1.0.0/16 accept",
                "ip daddr 45.33.32.156/24 goto refuse",
                "ip6 daddr fe80::1/64 goto refuse",
            ],
            rules.Take(12));
        Assert.All(rules.Skip(12).Take(2), rule => Assert.EndsWith("goto refuse", rule, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.200.3.4")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:a00:1::")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("ff02::fb")]
    public void What_is_not_public_is_refused(string address)
    {
        var refused = Refused(NetworkRules.Build(null, [], []), address.Contains(':', StringComparison.Ordinal) ? "ip6" : "ip");
        var bytes = IPAddress.Parse(address);
        Assert.Contains(refused, network => network.Contains(bytes));
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("140.82.121.4")]
    [InlineData("2606:4700::1111")]
    public void What_is_public_is_not(string address)
    {
        var rules = NetworkRules.Build(null, [], []);
        Assert.DoesNotContain(Refused(rules, "ip").Concat(Refused(rules, "ip6")), network => network.Contains(IPAddress.Parse(address)));
    }

    private static List<string> Lines(string rules) =>
        [.. rules.Split('\n').Select(line => line.Trim()).SkipWhile(line => !line.StartsWith("type", StringComparison.Ordinal)).Skip(1)];

    private static IEnumerable<IPNetwork> Refused(string rules, string family)
    {
        var line = Assert.Single(Lines(rules), line => line.StartsWith(family + " daddr {", StringComparison.Ordinal));
        return line[(line.IndexOf('{', StringComparison.Ordinal) + 1)..line.IndexOf('}', StringComparison.Ordinal)].Split(',').Select(text => IPNetwork.Parse(text.Trim()));
    }
}

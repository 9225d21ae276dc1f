using Orchestrator.Drivers.Host.Network;

namespace Orchestrator.Drivers.Host.Tests.Network;

/// <summary>What the programs said, in their words, and what a user reads of it.</summary>
public sealed class NetworkFailureTests
{
    [Theory]
    [InlineData("unshare: unshare failed: Operation not permitted\n", "may make no namespaces")]
    [InlineData("Failed to open tun socket in namespace\n", "/dev/net/tun")]
    [InlineData("No external routable interface for IPv4\nExternal interface not usable\n", "no default route")]
    [InlineData("netlink: Error: cache initialization failed: Operation not permitted\n", "nf_tables")]
    [InlineData("sh: 1: something else\n", "something else")]
    [InlineData("", "did not come up")]
    public void Each_has_a_reason_and_a_remedy(string log, string words)
    {
        var error = NetworkFailure.Explain(2201, log);
        Assert.StartsWith("network internet: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains("; ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_port_that_is_taken_is_that()
    {
        var error = NetworkFailure.Explain(2201, "Failed to bind any port for '-t 127.0.0.1/2201:2201', exiting\n");
        Assert.Equal(HostProblem.PortBusy, error.Problem);
    }
}

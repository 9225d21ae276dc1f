using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Processes;

namespace Orchestrator.Drivers.Host.Network;

/// <summary>Says in one line why a network of a machine's own could not be made: a pure function of what its programs said.</summary>
internal static class NetworkFailure
{
    private const string Otherwise = "or choose another network (--network restricted, or open, which lets the guest reach the host and its neighbours)";

    /// <summary>The exception.</summary>
    /// <param name="sshPort">The port that was to lead to the guest.</param>
    /// <param name="log">What they said.</param>
    public static HostException Explain(int? sshPort, string log)
    {
        bool Mentions(string text) => log.Contains(text, StringComparison.OrdinalIgnoreCase);
        if (sshPort is { } port && Mentions("Failed to bind any port"))
        {
            return SshPorts.Busy(port);
        }

        var (why, remedy) =
            Mentions("unshare: ") ? ("this process may make no namespaces", "give a container CAP_SYS_ADMIN, or allow users theirs (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)")
            : Mentions("tun socket") ? ("/dev/net/tun cannot be opened", "load the module tun and let this user open it (chmod 666 /dev/net/tun, as udev does)")
            : Mentions("No external routable interface") || Mentions("External interface not usable") ? ("the host has no default route", "give it one")
            : Mentions("nft") || Mentions("netlink") ? ("nftables refuses its rules", "load the module nf_tables")
            : ("it did not come up", "look at the programs' words");
        var said = LogTail.LastLine(log);
        return new HostException(HostProblem.Other, $"network internet: {why}{(said.Length == 0 ? "" : $" ({said})")}; {remedy}, {Otherwise}");
    }
}

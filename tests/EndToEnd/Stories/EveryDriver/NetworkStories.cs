using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>What a guest of the network <c>internet</c> reaches, and what it does not, whatever its root does.</summary>
public abstract class NetworkStories(IWorkshop workshop)
{
    // Away from the routes it was given: everything by the gateway, by another address of its own, and the loopback's addresses too.
    private const string Rearranging =
        "ip addr add 10.0.2.77/24 dev eth0; ip route flush dev eth0; ip route add 10.0.2.0/24 dev eth0 src 10.0.2.77; ip route add default via 10.0.2.2 src 10.0.2.77; "
        + "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet; ip addr del 127.0.0.1/8 dev lo; ip route add 127.0.0.0/8 via 10.0.2.2; ip route; ";

    // Until it has an address of IPv6, which takes it a few seconds.
    private const string AwaitingIPv6 = "n=0; until ip -6 addr show dev eth0 scope global | grep inet6 | grep -qv tentative || [ $((n+=1)) -gt 40 ]; do sleep 0.5; done; ";

    private const string LookingUp = $"nslookup runner.test 10.0.2.3 | grep -q {PublicHost.NamedAddress} && echo reached: names 53; ";

    [Fact]
    public async Task A_guest_reaches_public_addresses_and_what_it_was_given_and_nothing_else_of_the_host_or_its_neighbours()
    {
        await using var bench = await workshop.OpenAsync();
        using var given = Listen(IPAddress.Any);
        using var datagrams = Receive(PortOf(given));

        // A host that has no address but the loopback's has none to give.
        var own = OwnAddresses().Where(address => !address.Contains(':', StringComparison.Ordinal)).Take(1);
        var targets = own.Select(address => (address, PortOf(given))).ToArray();
        await AssertNoMoreIsReachedAsync(bench, targets);
        Assert.Equal(targets.Length > 0, datagrams.Available > 0);
    }

    /// <summary>
    /// Tries from a guest one public address, what it was given, and much that it was not given; then again when its root has rearranged the network.
    /// </summary>
    /// <param name="bench">Of the run.</param>
    /// <param name="given">What it is given.</param>
    protected static async Task AssertNoMoreIsReachedAsync(Workbench bench, params (string Address, int Port)[] given)
    {
        using var everywhere = Listen(IPAddress.IPv6Any); // of both families
        using var loopback = Listen(IPAddress.Loopback); // as a neighbour's SSH does
        using var datagrams = Receive(PortOf(everywhere));
        using var publicHost = await PublicHost.OpenAsync(bench);
        bench.LookNamesUpAt(PublicHost.Address);
        var (service, neighbour) = (PortOf(everywhere), PortOf(loopback));

        // pasta has of IPv6 what the host has a default route for.
        var ipv6 = HasIPv6();
        var reached = await ReachedAsync(
            bench,
            [LookingUp + (ipv6 ? AwaitingIPv6 : ""), Rearranging + LookingUp],
            instance => instance["allow"] = new JsonArray([.. given.Select(target => JsonValue.Create($"{target.Address}:{target.Port}"))]),
            [
                .. given,
                (PublicHost.Address, 80), (PublicHost.Address6, 80),
                .. OwnAddresses().Concat(["10.0.2.2", "127.0.0.1", "::1", PublicHost.HostEnd]).Distinct().Select(address => (address, service)),
                ("10.0.2.2", neighbour), ("127.0.0.2", neighbour),
                ("198.18.7.2", 80), ("169.254.169.254", 80), ("fd5e::2", 80),
            ]);

        string[] expected =
        [
            "names 53", $"{PublicHost.Address} 80", .. ipv6 ? [$"{PublicHost.Address6} 80"] : Array.Empty<string>(),
            .. given.Select(target => $"{target.Address} {target.Port}"),
        ];
        Assert.Equal(expected.Concat(expected).Order(StringComparer.Ordinal), reached.Where(target => !target.EndsWith(" echo", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        // Whether a public host is heard to answer depends on this one (ping_group_range).
        Assert.Empty(reached.Where(target => target.EndsWith(" echo", StringComparison.Ordinal)).Except([$"{PublicHost.Address} echo", $"{PublicHost.Address6} echo"]));
        Assert.Equal(0, datagrams.Available);
    }

    [Fact]
    public async Task A_network_that_ends_without_its_machine_ends_the_run()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Stays, change: instance => instance["network"] = "internet");
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        Assert.Equal(Victims.Network, await bench.KillAsync(Victims.Network, run));

        (await run.EndAsync()).Exited(4).OneError("its network", "ended");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Nothing_of_a_network_outlives_its_machine_whoever_is_killed()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Stays, change: instance => instance["network"] = "internet");
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        Assert.NotEmpty(bench.Networks);

        await bench.KillAsync(Victims.Orchestrator | Victims.Qemu, run);
        (await bench.Start("gc").EndAsync()).Exited(0);

        Assert.Empty(bench.Networks);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(change: instance => instance["network"] = "internet");
        using var taken = new TcpListener(IPAddress.Loopback, bench.SshPort);
        taken.Start();

        (await bench.StartRun().EndAsync()).Exited(3).OnlyError($"ssh-port {bench.SshPort}");
        taken.Stop();
        bench.AssertNothingLeft();
    }

    // By root in the guest, and told on the console: a guest that rearranges its network need not answer on it. All at once, since an attempt may take
    // its three seconds; and once after each of the things that root does first.
    private static async Task<IReadOnlyList<string>> ReachedAsync(
        Workbench bench, IReadOnlyList<string> firsts, Action<JsonObject> change, IReadOnlyList<(string Address, int Port)> tried)
    {
        var targets = string.Join(' ', tried.Select(target => $"{target.Address}/{target.Port}"));
        var echoing = string.Join(' ', tried.Select(target => target.Address).Where(address => !address.StartsWith("127.", StringComparison.Ordinal) && address != "::1").Distinct());
        var run = await StartAsync(
            bench,
            string.Concat(firsts.Select(first =>
                $"{first}for t in {targets}; do {{ timeout 5 nc -w 3 ${{t%/*}} ${{t#*/}} </dev/null >/dev/null 2>&1 && echo reached: ${{t%/*}} ${{t#*/}}; }} & timeout 2 tftp -g -r none -l none ${{t%/*}} ${{t#*/}} >/dev/null 2>&1 & done; "
                + $"for a in {echoing}; do {{ ping -c 1 -W 2 $a >/dev/null 2>&1 && echo reached: $a echo; }} & done; wait; "))
                + "echo tried: all",
            change);
        await run.OutputLineAsync("tried: all");
        run.Interrupt();

        var outcome = (await run.EndAsync()).Exited(130);
        Assert.Empty(bench.Networks);
        bench.AssertNothingLeft();
        const string said = "reached: ";
        return [.. outcome.OutputLines.Where(line => line.StartsWith(said, StringComparison.Ordinal)).Select(line => line[said.Length..].TrimEnd())];
    }

    private static async Task<StartedProgram> StartAsync(Workbench bench, string asRoot, Action<JsonObject> change)
    {
        bench.ShortenGrace();
        bench.Describe(
            new JsonObject { ["tiny"] = new JsonObject { ["finish"] = "hang", ["run-as-root"] = asRoot } }.ToJsonString(),
            instance =>
            {
                instance["network"] = "internet";
                change(instance);
            });
        var run = bench.StartRun("--console");
        await run.OutputLineAsync("guest: ssh ready");
        return run;
    }

    private static IEnumerable<string> OwnAddresses() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
        .Select(address => address.ToString());

    private static bool HasIPv6() => File.ReadLines("/proc/net/ipv6_route")
        .Any(route => route.StartsWith(new string('0', 32) + " 00 ", StringComparison.Ordinal) && !route.EndsWith(" lo", StringComparison.Ordinal));

    // Closes at once what it takes, or else who connects would wait for more, and be taken for somebody who could not.
    private static TcpListener Listen(IPAddress address)
    {
        var listener = new TcpListener(address, 0);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            listener.Server.DualMode = true;
        }

        listener.Start();
        _ = CloseAllAsync(listener);
        return listener;
    }

    // Keeps what it gets.
    private static Socket Receive(int port)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        return socket;
    }

    private static async Task CloseAllAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                (await listener.AcceptSocketAsync()).Close();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}

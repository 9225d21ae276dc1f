using System.Net;
using System.Net.Sockets;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>What a guest of the network <c>internet</c> reaches, and what it does not.</summary>
public abstract class NetworkStories(IWorkshop workshop)
{
    [Fact]
    public async Task A_guest_reaches_public_addresses_and_nothing_of_the_host_or_its_neighbours()
    {
        await using var bench = await workshop.OpenAsync();
        using var everywhere = Listen(IPAddress.Any);
        using var loopback = Listen(IPAddress.Loopback); // as a neighbour's SSH does
        using var publicHost = await PublicHost.OpenAsync(bench);
        var (service, neighbour) = (PortOf(everywhere), PortOf(loopback));
        var run = await StartAsync(bench, _ => { });

        var reached = await ReachedAsync(
            bench,
            [
                (PublicHost.Address, 80),
                .. OwnAddresses().Append("10.0.2.2").Append("127.0.0.1").Append(PublicHost.HostEnd).Select(address => (address, service)),
                ("10.0.2.2", neighbour), ("127.0.0.1", neighbour), ("127.0.0.2", neighbour), ("10.0.2.2", bench.SshPort), ("127.0.0.1", bench.SshPort),
                ("198.18.7.2", 80), ("169.254.169.254", 80),
            ]);

        Assert.Equal([(PublicHost.Address, 80)], reached);
        await EndAsync(bench, run);
    }

    [Fact]
    public async Task A_guest_reaches_what_it_was_given_and_no_more()
    {
        await using var bench = await workshop.OpenAsync();
        using var given = Listen(IPAddress.Any);
        using var other = Listen(IPAddress.Any);
        var own = OwnAddresses().FirstOrDefault();
        Assert.SkipWhen(own is null, "the host has no address but the loopback's");
        var run = await StartAsync(bench, instance => instance["allow"] = new System.Text.Json.Nodes.JsonArray($"{own}:{PortOf(given)}"));

        Assert.Equal([(own!, PortOf(given))], await ReachedAsync(bench, [(own!, PortOf(given)), (own!, PortOf(other))]));
        Assert.Contains("10.0.2.3", (await bench.StartSsh("cat /etc/resolv.conf; nslookup example.org || true").EndAsync()).Output, StringComparison.Ordinal);
        await EndAsync(bench, run);
    }

    [Fact]
    public async Task Nothing_of_a_network_outlives_its_machine_whoever_is_killed()
    {
        await using var bench = await workshop.OpenAsync();
        var run = await StartAsync(bench, _ => { });
        Assert.NotEmpty(Networks(bench));

        await bench.KillAsync(Victims.Orchestrator | Victims.Qemu, run);
        (await bench.Start("gc").EndAsync()).Exited(0);

        Assert.Empty(Networks(bench));
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

    private static async Task<StartedProgram> StartAsync(Workbench bench, Action<System.Text.Json.Nodes.JsonObject> change)
    {
        bench.ShortenGrace();
        bench.Describe(
            """{ "tiny": { "finish": "hang" } }""",
            instance =>
            {
                instance["network"] = "internet";
                change(instance);
            });
        var run = bench.StartRun("--console");
        await run.OutputLineAsync("guest: ssh ready");
        await run.OutputLineAsync("guest: hanging");
        return run;
    }

    private static async Task<IReadOnlyList<(string Address, int Port)>> ReachedAsync(Workbench bench, IReadOnlyList<(string Address, int Port)> tried)
    {
        var command = string.Join("; ", tried.Select(target => $"nc -w 3 {target.Address} {target.Port} </dev/null >/dev/null 2>&1 && echo {target.Address} {target.Port}")) + "; true";
        var said = (await bench.StartSsh(command).EndAsync()).Exited(0).Output;
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(words => (words[0], int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture)))];
    }

    private static async Task EndAsync(Workbench bench, StartedProgram run)
    {
        run.Interrupt();
        (await run.EndAsync()).Exited(130);
        Assert.Empty(Networks(bench));
        bench.AssertNothingLeft();
    }

    private static IReadOnlyList<string> Networks(Workbench bench) => [.. HostProcesses.Mentioning($"127.0.0.1/{bench.SshPort}:").Select(process => process.CommandLine)];

    private static IEnumerable<string> OwnAddresses() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
        .Select(address => address.ToString());

    private static TcpListener Listen(IPAddress address)
    {
        var listener = new TcpListener(address, 0);
        listener.Start();
        return listener;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}

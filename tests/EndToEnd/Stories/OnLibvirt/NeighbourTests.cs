using Libvirt;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

/// <summary>What people with other tools for the same libvirtd see, and what becomes of a run when they do something.</summary>
public sealed class NeighbourTests(LibvirtWorkshop workshop)
{
    private const string Hangs = """{ "tiny": { "finish": "hang" } }""";

    [Fact]
    public async Task A_machine_is_a_domain_under_its_instances_name_that_says_what_it_is()
    {
        await using var bench = await workshop.OpenAsync();
        bench.ShortenGrace();
        await bench.DescribeAsync(SectorGuest.Ejects(SectorGuest.Stays));
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        using var connection = workshop.Connect();
        using var domain = connection.FindDomainByName(bench.Name)!;

        var xml = domain.GetXml();
        await using var console = domain.OpenConsole();
        var said = await new StreamReader(console).ReadLineAsync(TestContext.Current.CancellationToken);
        await run.ErrorLineAsync("configuration removed");
        var afterwards = domain.GetMetadata("https://orchestrator.dev/xmlns/run/1");

        var id = Path.GetFileName(bench.RunDirectory);
        Assert.Contains($"<title>{bench.Name}, run {id}</title>", xml, StringComparison.Ordinal);
        Assert.Matches($"<orchestrator:run [^>]*id=.{id}. instance=.{bench.Name}. owner=.[0-9a-f]{{16}}. deadline=.20", xml);
        Assert.NotNull(said);
        Assert.Contains("configuration=\"removed\"", afterwards, StringComparison.Ordinal);
        run.Interrupt();
        (await run.EndAsync()).Exited(130);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_machine_that_somebody_destroys_is_reported_as_that()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        With(bench, domain => domain.Destroy());

        (await run.EndAsync()).Exited(4).OneError(bench.Name, "somebody destroyed it (virsh destroy)");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_machine_that_somebody_suspends_goes_on_when_it_is_resumed_and_has_shut_down_when_somebody_asks_for_that()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(Hangs);
        var run = bench.StartRun("--console");
        await run.OutputLineAsync("guest: hanging");
        await run.ErrorLineAsync("configuration removed"); // for which the domain stands still for a moment

        With(bench, domain => domain.Suspend());
        await run.ErrorLineAsync("somebody paused the machine (virsh suspend); its time runs on");
        With(bench, domain => domain.Resume());
        await run.ErrorLineAsync("the machine goes on");
        With(bench, domain => domain.Shutdown(DomainShutdownFlags.AcpiPowerButton));

        var outcome = (await run.EndAsync()).Exited(0);
        Assert.Contains($"{bench.Name}: somebody asked the guest to shut down (virsh shutdown)", outcome.ErrorLines);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_its_domain_left_alone()
    {
        await using var bench = await workshop.OpenAsync();
        using var connection = workshop.Connect();
        using var other = connection.CreateDomain(
            $"<domain type='qemu'><name>{bench.Name}</name><memory unit='MiB'>32</memory><os><type machine='q35'>hvm</type></os></domain>",
            DomainCreateFlags.Paused);

        (await bench.StartRun().EndAsync()).Exited(3).OneError($"domain '{bench.Name}' exists", "virsh destroy");

        Assert.Equal(DomainState.Paused, other.GetState().State);
        other.Destroy();
        bench.AssertNothingLeft();
    }

    private void With(Workbench bench, Action<LibvirtDomain> act)
    {
        using var connection = workshop.Connect();
        using var domain = connection.FindDomainByName(bench.Name);
        Assert.NotNull(domain);
        act(domain);
    }
}

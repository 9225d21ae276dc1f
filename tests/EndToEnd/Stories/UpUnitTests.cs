using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>The units that are shipped, looked at by the service manager that is to read them.</summary>
public sealed class UpUnitTests
{
    [Theory]
    [InlineData("orchestrator.service")]
    [InlineData("orchestrator@.service")]
    public async Task Systemd_understands_the_unit(string name)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "there is no systemd-analyze on this host");
        await using var bench = new Workbench();
        var unit = await File.ReadAllTextAsync(Artifacts.Packaged(name), TestContext.Current.CancellationToken);

        // The program need not be installed for that.
        await File.WriteAllTextAsync(
            bench.PathOf(name),
            unit.Replace("/usr/bin/orchestrator", Artifacts.Program, StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        var outcome = (await bench.StartAny("systemd-analyze", "verify", "--man=no", bench.PathOf(name)).EndAsync()).Exited(0);

        Assert.DoesNotContain(name.Replace(".service", "", StringComparison.Ordinal), outcome.Error, StringComparison.Ordinal);
        Assert.Contains("KillMode=process", unit, StringComparison.Ordinal);
        Assert.Contains("RestartKillSignal=SIGUSR1", unit, StringComparison.Ordinal);
    }
}

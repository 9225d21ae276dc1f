using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>The Debian runner image for aarch64; <c>images/debian/rehearse aarch64</c> builds it and runs this.</summary>
[Trait("Category", "Debian")]
public sealed class ForeignDebianTests
{
    [Fact(Explicit = true)]
    public async Task It_reads_its_configuration_does_its_job_and_powers_off()
    {
        await using var bench = new Workbench(new QemuTraces(), Artifacts.ForeignDebianImage);
        bench.Describe("""{ "job": "echo done on $(uname -m) by $(id -un)" }""", instance =>
        {
            instance["arch"] = "aarch64";
            instance["cpu-cores"] = 2;
            instance["ram"] = "512M";
            instance["root-disk"] = "2G";
        });

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(0);

        Assert.Contains("done on aarch64 by runner", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(outcome.ErrorLines, line => line.Contains("configuration removed", StringComparison.Ordinal));
        bench.AssertNothingLeft();
    }
}

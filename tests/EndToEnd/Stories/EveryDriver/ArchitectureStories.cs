using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>A guest for aarch64, which this host emulates where it is of another kind.</summary>
public abstract class ArchitectureStories(IWorkshop workshop)
{
    [Fact]
    public async Task A_guest_for_aarch64_boots_by_UEFI_reads_its_configuration_serves_ssh_and_vanishes()
    {
        await using var bench = await workshop.OpenAsync(Artifacts.ForeignImage);
        bench.Describe("""{ "tiny": { "stay-up-seconds": 120 } }""", instance => instance["arch"] = "aarch64");
        var run = bench.StartRun("--console");

        await run.OutputLineAsync($"guest: configuration read: name={bench.Name}");
        await run.ErrorLineAsync("configuration removed");
        await run.OutputLineAsync("guest: ssh ready");
        Assert.Equal("aarch64\n", (await bench.StartSsh("uname -m").EndAsync()).Exited(0).Output);
        run.Interrupt(); // which presses the power button

        var outcome = (await run.EndAsync()).Exited(130);
        Assert.Contains("guest: power button pressed", outcome.Output, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }
}

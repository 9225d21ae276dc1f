using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>That the configuration leaves the guest for good, whatever the guest does.</summary>
public abstract partial class ConfigDriveStories(IWorkshop workshop)
{
    private const double EventMilliseconds = 1000;

    [Fact]
    public async Task A_guest_that_closes_the_tray_and_reads_again_5000_times_neither_keeps_its_configuration_nor_delays_the_end_of_its_run()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe("""{ "tiny": { "race": 5000 } }""");
        var run = bench.StartRun("--console", "--json");
        await run.ErrorLineAsync("guest: race: tries=");

        var said = Stopwatch.StartNew();
        var outcome = (await run.EndAsync()).Exited(0);

        // Half a minute where libvirt works off every move first.
        Assert.InRange(said.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));

        // Its reads fail from the removal on, and it stops when 5000 in a row did, or a minute is over; before, while the host takes it away, some may succeed.
        var race = Race().Match(outcome.Error);
        Assert.True(race.Success, outcome.Error);
        Assert.InRange(int.Parse(race.Groups["failed"].Value, CultureInfo.InvariantCulture), 200, 5000);
        Assert.DoesNotContain("cannot be read before the race", outcome.Error, StringComparison.Ordinal);

        var events = new RunEvents(outcome.Output);
        var removal = events["configuration-removed"].GetProperty("after-tray-opened-ms").GetDouble();
        Assert.InRange(removal, 0, bench.Driver.LongestRaceMilliseconds);

        // The guest's clock runs from before its first eject, the host's from when it heard of that.
        Assert.InRange(double.Parse(race.Groups["last"].Value, CultureInfo.InvariantCulture), 0, removal + EventMilliseconds);
        Assert.Equal("guest-shutdown", events["ended"].GetProperty("outcome").GetString());
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_medium_for_cloud_init_is_found_by_the_label_that_this_looks_for_has_the_document_too_and_is_removed_like_any()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Environment["CANARY"] = bench.Secret.Value;
        bench.Describe(change: instance => instance["cloud-init"] =
            JsonNode.Parse("""{ "user-data": { "password": "${{ env:CANARY }}" }, "network-config": "version: 2" }"""));

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(0);

        Assert.Contains($"guest: configuration read: name={bench.Name}", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("guest: for cloud-init: meta-data network-config user-data", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("configuration removed", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Secret.Value, outcome.Output + outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [GeneratedRegex(@"guest: race: tries=\d+ reads-succeeded=\d+ last-success-ms=(?<last>[\d.]+) failed-in-a-row=(?<failed>\d+)")]
    private static partial Regex Race();
}

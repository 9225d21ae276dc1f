using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>What the options of <c>run</c> do to a run.</summary>
public abstract class OptionStories(IWorkshop workshop)
{
    [Fact]
    public async Task A_guest_that_does_not_eject_its_configuration_loses_it_at_its_deadline_and_goes_on()
    {
        await using var bench = await workshop.OpenAsync();
        bench.ShortenGrace();
        await bench.DescribeAsync(
            SectorGuest.Stays, $$"""{ "secret": "{{bench.Secret}}" }""", instance => instance["config-deadline-seconds"] = 1);
        var run = bench.StartRun();
        await run.ErrorLineAsync("since the guest had not opened the tray by the end of config-deadline-seconds");
        var listed = (await bench.Start("list", "--json").EndAsync()).Exited(0).Output;
        Assert.Contains("\"state\": \"running\"", listed, StringComparison.Ordinal);
        Assert.Contains("\"configuration\": \"read\"", listed, StringComparison.Ordinal);
        Assert.Empty(bench.PlacesOfSecret());
        run.Interrupt();
        (await run.EndAsync()).Exited(130);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_kept_run_leaves_its_disk_and_logs_and_no_secret_and_where_the_guest_never_ejected_the_user_is_warned()
    {
        await using var bench = await workshop.OpenAsync();
        await bench.DescribeAsync(SectorGuest.PowersOff, $$"""{ "secret": "{{bench.Secret}}" }""");

        var outcome = (await bench.StartRun("--keep").EndAsync()).Exited(0);

        var warning = Assert.Single(outcome.ErrorLines, line => line.StartsWith("warning: ", StringComparison.Ordinal));
        Assert.Contains("never opened the config drive's tray", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("configuration removed", outcome.Error, StringComparison.Ordinal);
        var kept = bench.AssertOnlyKept();
        Assert.Equal($"{bench.Name}: kept in {kept}", outcome.ErrorLines[^1]);
        Assert.Equal(
            bench.Driver.KeptFiles,
            Directory.GetFiles(kept).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var console = await File.ReadAllTextAsync(Path.Combine(kept, "console.log"), TestContext.Current.CancellationToken);
        Assert.Contains("SeaBIOS", console, StringComparison.Ordinal);
        await bench.UseAsync("qemu-img", "check", "-q", Path.Combine(kept, "root.qcow2"));
        Assert.Empty(bench.PlacesOfSecret());
    }

    [Fact]
    public async Task Everything_can_be_changed_for_one_run_and_is_told_as_events()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe("""{ "kept": 1.0, "tiny": { "stay-up-seconds": 100 } }""");

        var outcome = (await bench.StartRun(
            "--json", "--console", "--ssh-port", "0", "--timeout", "250",
            "--set", "tiny.stay-up-seconds=0", "--set", "tiny.print-config=true",
            "--set", "a.b=\"1.0\"", "--set", "text=two words").EndAsync()).Exited(0);

        var events = new RunEvents(outcome.Output);
        Assert.Equal(["created", "prepared", "started", "tray-opened", "configuration-removed", "ended"], events.Names);
        Assert.InRange(events["started"].GetProperty("ssh-port").GetInt32(), 1024, 65535);
        Assert.NotEqual(bench.SshPort, events["started"].GetProperty("ssh-port").GetInt32());
        Assert.Equal(250_000, events["started"].GetProperty("time-limit-ms").GetDouble());
        var ended = events["ended"];
        foreach (var last in new[] { "configuration-removed-ms", "shut-down-ms" }) // this guest does not wait for the first before the second
        {
            var phases = new[] { "prepared-ms", "started-ms", "tray-opened-ms", last }.Select(phase => ended.GetProperty(phase).GetDouble()).ToList();
            Assert.Equal(phases.Order(), phases);
        }

        // The console went to standard error, and so did nothing else.
        var line = Assert.Single(outcome.ErrorLines, line => line.Contains("base64 ", StringComparison.Ordinal));
        var config = JsonElement.Parse(Convert.FromBase64String(line.Split("base64 ")[1])).GetProperty("config");
        Assert.Equal("1.0", config.GetProperty("kept").GetRawText());
        Assert.Equal("1.0", config.GetProperty("a").GetProperty("b").GetString());
        Assert.Equal("two words", config.GetProperty("text").GetString());
        Assert.DoesNotContain(bench.Name + ": ", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }
}

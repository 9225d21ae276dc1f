using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>What a stranger sees who types <c>./run demo</c>.</summary>
public abstract class DemoStories(IWorkshop workshop)
{
    private const string Config = """
        {
          "tiny": { "stay-up-seconds": 120, "print-config": true, "read-as-user": true },
          "nested": { "deeper": { "deepest": [1, [2, [3]], { "four": null }] } },
          "numbers": [0, -0, 1.0, 1e400, -1E-400, 12345678901234567890, 0.1000000000000000055511151231257827],
          "truth": [true, false, null],
          "text": "Grüße, 世界 \uD83D\uDE80, \"quotes\", back\\slash, tab\t, nul \u0000, <html> & ${notACall}",
          "ключ": "value",
          "empty": [{}, [], ""]
        }
        """;

    [Fact]
    public async Task A_machine_boots_reads_its_configuration_as_root_and_as_a_user_ejects_serves_ssh_reboots_without_it_and_vanishes()
    {
        await using var bench = await workshop.OpenAsync();
        bench.Describe(Config);
        var run = bench.StartRun("--console");

        await run.OutputLineAsync($"guest: configuration read: name={bench.Name}");
        var (document, printed) = await ReadPrintedAsync(run);
        Assert.Equal(printed, Convert.ToHexStringLower(SHA256.HashData(document)));
        AssertSame(bench.Name, Config, document);
        await run.OutputLineAsync($"guest: mounted with -o ro: manage reads sha256={printed}");
        await run.OutputLineAsync(
            "guest: mounted with -t iso9660 -o ro,overriderockperm,mode=0400,dmode=0500: manage reads nothing: Permission denied");
        await run.OutputLineAsync("guest: ejected");
        await run.ErrorLineAsync("configuration removed");
        await run.OutputLineAsync("guest: ssh ready");
        Assert.Equal("manage tiny\n", (await bench.StartSsh("echo $(whoami) tiny").EndAsync()).Exited(0).Output);
        await bench.StartSsh("reboot").EndAsync();

        var outcome = (await run.EndAsync()).Exited(0);
        Assert.Contains("guest: booted again after a reboot", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("medium still there", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("guest: powering off", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"{bench.Name}: the guest reboots", outcome.ErrorLines);
        Assert.DoesNotContain("error", outcome.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Matches(
            @"the guest shut down: prepared \d+ ms, started \d+ ms, configuration removed \d+ ms "
                + @"\(\d+\.\d ms after the tray opened\), shut down \d+ ms$",
            outcome.ErrorLines[^1]);
        bench.AssertNothingLeft();
    }

    private static async Task<(byte[] Document, string Sha256)> ReadPrintedAsync(StartedProgram run)
    {
        var hash = (await run.OutputLineAsync("guest: instance.json size=")).Split("sha256=")[1];
        var text = (await run.OutputLineAsync("guest: instance.json base64 ")).Split("base64 ")[1];
        return (Convert.FromBase64String(text), hash);
    }

    private static void AssertSame(string name, string config, byte[] document)
    {
        using var expected = JsonDocument.Parse(config);
        using var actual = JsonDocument.Parse(document);
        Assert.Equal(["name", "config"], actual.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(name, actual.RootElement.GetProperty("name").GetString());
        Assert.True(
            JsonElement.DeepEquals(expected.RootElement, actual.RootElement.GetProperty("config")), Encoding.UTF8.GetString(document));

        // Equal values are not enough: a number is to arrive as it was written.
        Assert.Equal(
            expected.RootElement.GetProperty("numbers").EnumerateArray().Select(number => number.GetRawText()),
            actual.RootElement.GetProperty("config").GetProperty("numbers").EnumerateArray().Select(number => number.GetRawText()));
    }
}

using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>Secrets reach the guest and nobody else.</summary>
public abstract class SecretStories(IWorkshop workshop)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Secrets_are_nowhere_but_on_the_medium_in_the_guest_that_read_it_and_where_their_owners_put_them(bool detached)
    {
        await using var bench = await workshop.OpenAsync();
        bench.ShortenGrace();
        using var run = await SecretRun.BeginAsync(bench, detached);
        var qemu = bench.Qemu;

        var onMedium = OnMedium(bench, await run.SearchAsync());
        Assert.Empty(run.MemoryOf(qemu));
        AssertTold(bench, run, Document(onMedium[0].Place));

        await run.EjectAsync();
        Assert.Empty(await run.SearchAsync());
        Assert.Equal(Counts(onMedium), Counts(run.MemoryOf(qemu))); // its guest's
        Assert.All(Bystanders(bench, run, qemu), pid => Assert.Empty(run.MemoryOf(pid)));
        await AssertForgottenAsync(run);
        Assert.Matches("Max core file size +0 +0 ", Encoding.UTF8.GetString(HostProcesses.Read(run.Owner, "limits")));

        await run.EndAsync();
        Assert.Empty(await run.SearchAsync());
        Assert.Empty(run.GitHub.Runners);
        Assert.Equal(bench.Driver.KeptFiles, Directory.GetFiles(bench.AssertOnlyKept()).Select(Path.GetFileName).Except(["orchestrator.log"]).Order(StringComparer.Ordinal));
        Assert.Contains("qemu-img", run.Heard);
    }

    // A moment after the medium is gone.
    private static async Task AssertForgottenAsync(SecretRun run)
    {
        List<Trace> left;
        var looks = 0;
        while ((left = run.MemoryOf(run.Owner).FindAll(trace => !IsNeeded(trace))).Count > 0 && ++looks < 20)
        {
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }

        Assert.Empty(left);
    }

    private static List<Trace> OnMedium(Workbench bench, List<Trace> traces)
    {
        var place = bench.Driver.NamesMedia ? "^(/dev/shm|/run)/orchestrator-media-0/[^/]*[.]iso$" : $"^/proc/{bench.Qemu}/fd/[0-9]+$";
        Assert.All(traces, trace => Assert.Matches(place, trace.Place));

        // Where it has no name, QEMU has it open more than once.
        var media = traces.GroupBy(trace => trace.Place).Select(medium => medium.ToList()).ToList();
        Assert.NotEmpty(media);
        Assert.All(media, medium => Assert.Equal(Counts(media[0]), Counts(medium)));
        return media[0];
    }

    private static IEnumerable<(string Canary, string Form, int Times)> Counts(IEnumerable<Trace> traces) =>
        traces.Select(trace => (trace.Canary, trace.Form, trace.Times)).Order();

    private static JsonElement Document(string medium)
    {
        var bytes = File.ReadAllBytes(medium).AsSpan();
        var reader = new Utf8JsonReader(bytes[bytes[..bytes.IndexOf("\"name\""u8)].LastIndexOf((byte)'{')..]);
        return JsonElement.ParseValue(ref reader);
    }

    private static void AssertTold(Workbench bench, SecretRun run, JsonElement document)
    {
        var (config, github) = (document.GetProperty("config"), run.GitHub);
        Assert.Equal(github.Minted.Value, config.GetProperty("token").GetString());
        Assert.Equal(github.Minted.Value, config.GetProperty("again")[0].GetString());
        Assert.Equal(run.FromFile.Value, config.GetProperty("file").GetString());
        Assert.Equal(run.FromEnvironment.Value, config.GetProperty("variable").GetString());
        Assert.Equal(bench.Secret.Value, config.GetProperty("written").GetString());
        Assert.Equal($$"""{"runner":"acme/site","jit-config":"{{github.JitConfig}}"}""", JsonSerializer.Serialize(config.GetProperty("github")));

        Assert.Equal((1, 1), (github.Checks, github.Mints));
        var runner = Assert.Single(github.Runners);
        Assert.Equal($"fast-{Path.GetFileName(bench.RunDirectory)}", runner);
        Assert.Equal($$"""{"name":"{{runner}}","runner_group_id":1,"labels":["linux","gpu=a"]}""", Assert.Single(github.Registrations));
    }

    private static IEnumerable<int> Bystanders(Workbench bench, SecretRun run, int qemu) =>
        HostProcesses.Mentioning(bench.Name).Concat(bench.Networks).Select(process => process.Pid).Concat(bench.Driver.Daemons).Distinct().Except([qemu, run.Owner]);

    // docs/security.md says why.
    private static bool IsNeeded(Trace trace) => (trace.Canary, trace.Form, trace.Times) switch
    {
        ("credential" or "installation's token", _, _) => true,
        ("registration token" or "JIT configuration", "UTF-8", 1) => true, // the buffer of the connection to GitHub
        ("secret", "UTF-8", 1) => true, // the text of the instances file
        ("environment variable", "UTF-8" or "UTF-16", 1) => true, // the environment, and .NET's copy
        _ => false,
    };
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>Guests of images that were fetched.</summary>
public abstract class ImageStories(IWorkshop workshop)
{
    [Fact]
    public async Task A_guest_runs_from_an_image_of_the_catalogue_once_that_was_fetched()
    {
        await using var bench = await workshop.OpenAsync();
        using var host = new FileHost();
        var image = await File.ReadAllBytesAsync(Artifacts.Image, TestContext.Current.CancellationToken);
        Catalogue(bench, new JsonObject
        {
            ["url"] = host.Serve("tiny.qcow2", image),
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(image)),
            ["arch"] = "x86_64",
        });
        bench.Describe("""{ "tiny": { "stay-up-seconds": 0 } }""", instance => instance["image"] = "catalogue:guest");

        Assert.Contains("not here yet", (await bench.Start("validate").EndAsync()).Exited(0).Error, StringComparison.Ordinal);
        (await bench.StartRun().EndAsync()).Exited(3).OnlyError("[0]", "orchestrator image fetch guest --file " + bench.InstancesFile);
        (await bench.Start("up").EndAsync()).Exited(3).OnlyError("orchestrator image fetch guest");
        (await bench.Start("image", "fetch", "guest").EndAsync()).Exited(0);
        (await bench.Start("validate").EndAsync()).Exited(0);
        var run = bench.StartRun("--console");

        await run.OutputLineAsync($"guest: configuration read: name={bench.Name}");
        (await bench.Start("image", "rm", "guest").EndAsync()).Exited(3).OnlyError("in use by run", bench.Name);
        (await run.EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_service_takes_another_image_when_it_was_fetched_and_replaces_the_machine_that_waits()
    {
        await using var bench = await workshop.OpenAsync();
        using var host = FileHost.OpenSecure(bench);
        bench.ShortenGrace();
        var stays = await File.ReadAllBytesAsync(await SectorGuest.MakeAsync(bench, SectorGuest.Stays), TestContext.Current.CancellationToken);
        var url = host.Serve("guest.qcow2", stays);
        var sums = host.Serve("SHA256SUMS", List(stays));
        Catalogue(bench, new JsonObject { ["url"] = url, ["sha256sums"] = sums });
        bench.Describe(change: instance => instance["image"] = "catalogue:guest");
        (await bench.Start("image", "fetch", "guest").EndAsync()).Exited(0);
        var up = bench.Start("up", "--json");
        await up.EventAsync("started");
        Assert.Equal(ImageOf(stays), Path.GetFileName(RunsImage(bench)));

        // The list of digests has another one, and whoever fetches the image gets that.
        byte[] newer = [.. stays, .. new byte[512]];
        host.Serve("guest.qcow2", newer);
        host.Serve("SHA256SUMS", List(newer));
        (await bench.Start("image", "fetch", "guest").EndAsync()).Exited(0);
        await up.EventAsync("started", occurrence: 2);
        Assert.Equal(ImageOf(newer), Path.GetFileName(RunsImage(bench)));

        // The catalogue names another one, which is not here.
        byte[] newest = [.. newer, .. new byte[512]];
        host.Serve("guest.qcow2", newest);
        Catalogue(bench, new JsonObject { ["url"] = url, ["sha256"] = Digest(newest) });
        Assert.Contains("orchestrator image fetch guest", await up.EventAsync("reload-refused"), StringComparison.Ordinal);
        Assert.Equal(ImageOf(newer), Path.GetFileName(RunsImage(bench)));
        (await bench.Start("image", "fetch", "guest").EndAsync()).Exited(0);
        await up.EventAsync("started", occurrence: 3);
        Assert.Equal(ImageOf(newest), Path.GetFileName(RunsImage(bench)));

        up.Terminate();
        (await up.EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    private static void Catalogue(Workbench bench, JsonObject image)
    {
        File.WriteAllText(bench.PathOf("new.json"), new JsonObject { ["guest"] = image }.ToJsonString());
        File.Move(bench.PathOf("new.json"), bench.PathOf("images.json"), overwrite: true);
    }

    private static string RunsImage(Workbench bench) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(bench.RunDirectory, "run.json")))!["machine"]!["base-image-path"]!.GetValue<string>();

    private static byte[] List(byte[] file) => System.Text.Encoding.ASCII.GetBytes($"{Digest(file)}  guest.qcow2\n");

    private static string ImageOf(byte[] file) => Digest(file) + ".qcow2";

    private static string Digest(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));
}

using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>What looks like an attack and is none: it works, exactly.</summary>
public sealed class HostileInputTests
{
    [Fact]
    public async Task An_image_may_lie_at_any_path()
    {
        await using var bench = new Workbench();
        var directory = Directory.CreateDirectory(bench.PathOf("a, b: c=d \"e\" 'f' %20 %s $HOME `g` \\ --h ü"));
        var image = Path.Combine(directory.FullName, "json:{ \"driver\": \"file\" },readonly=off,file=x#?.qcow2");
        File.Copy(await SectorGuest.MakeAsync(bench, SectorGuest.PowersOff), image);
        File.SetUnixFileMode(image, UnixFileMode.UserRead);
        var before = SHA256.HashData(await File.ReadAllBytesAsync(image, TestContext.Current.CancellationToken));
        bench.Describe(change: instance => instance["image"] = Path.GetRelativePath(bench.Root, image));

        // Which the guest of no other disk does: it powers off.
        (await bench.StartRun().EndAsync()).Exited(0);

        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(image, TestContext.Current.CancellationToken)));
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_large_and_deep_configuration_reaches_the_guest_byte_for_byte()
    {
        const int deepest = 64; // of the file: an array, an instance, its config, and what follows
        await using var bench = new Workbench();
        var deep = string.Concat(Enumerable.Repeat("""{"d":""", deepest - 4)) + "[]" + new string('}', deepest - 4);
        var large = string.Concat(Enumerable.Repeat("0123456789abcdeü", 1 << 16));
        var config = $$"""{ "large": "{{large}}", "deep": {{deep}}, "tiny": { "eject": false, "finish": "hang" } }""";
        bench.Describe(config);
        var run = bench.StartRun("--console");
        var said = await run.OutputLineAsync("guest: instance.json size=");

        // A guest that does not eject leaves the medium for us to look into, by other eyes than the program's.
        var extracted = bench.PathOf("extracted");
        Directory.CreateDirectory(extracted);
        var medium = Directory.GetFiles($"/proc/{bench.Qemu}/fd").First(link => new FileInfo(link).LinkTarget == "/memfd:config-media (deleted)");
        File.Copy(medium, bench.PathOf("medium.iso"));
        await bench.UseAsync("bsdtar", "-xf", bench.PathOf("medium.iso"), "-C", extracted);
        var file = Path.Combine(extracted, "instance.json");
        var document = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        var hash = Convert.ToHexStringLower(SHA256.HashData(document));
        Assert.EndsWith($"size={document.Length} sha256={hash}", said, StringComparison.Ordinal);
        var options = new JsonDocumentOptions { MaxDepth = deepest };
        using var told = JsonDocument.Parse(document, options);
        using var expected = JsonDocument.Parse(config, options);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, told.RootElement.GetProperty("config")));

        await run.OutputLineAsync("guest: hanging");
        run.Interrupt();
        (await run.EndAsync()).Exited(130);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_file_one_level_too_deep_or_too_large_is_refused()
    {
        await using var bench = new Workbench();
        var deep = string.Concat(Enumerable.Repeat("[", 100_000)) + new string(']', 100_000);
        await File.WriteAllTextAsync(bench.InstancesFile, deep, TestContext.Current.CancellationToken);
        (await bench.StartRun().EndAsync()).Exited(2).OnlyError("64");
        await File.WriteAllTextAsync(bench.InstancesFile, "[" + new string(' ', 17 << 20) + "]", TestContext.Current.CancellationToken);
        (await bench.StartRun().EndAsync()).Exited(2).OnlyError("16");
        bench.AssertNothingLeft();
    }
}

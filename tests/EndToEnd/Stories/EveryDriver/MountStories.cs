using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>Directories of the host that a guest reads.</summary>
public abstract class MountStories(IWorkshop workshop)
{
    [Fact]
    public async Task A_guest_reads_a_directory_of_the_host_beside_its_usual_devices_and_changes_nothing_there()
    {
        await using var bench = await workshop.OpenAsync(Artifacts.SharingImage);
        var content = RandomNumberGenerator.GetBytes(3 << 20);
        var shared = Share(bench, content);
        bench.Describe("""{ "tiny": { "shared": "cache", "stay-up-seconds": 1 } }""", instance => instance["mounts"] = MountOf(shared));

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(0);

        Assert.Contains($"guest: shared cache: file sha256={Convert.ToHexStringLower(SHA256.HashData(content))}", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("guest: network card: 52:54:00:12:34:56 at 0000:00:1c.0", outcome.Output, StringComparison.Ordinal);
        Assert.All(
            (string[])["touch new", "mkdir new", "ln -s file new", "mv file new", "rm file", "chmod 666 file", "truncate -s 0 file", "touch file"],
            change => Assert.Contains($"guest: shared cache: no {change}: Read-only file system", outcome.Output, StringComparison.Ordinal));
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(shared, "file"), TestContext.Current.CancellationToken));
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task What_is_not_to_be_shared_is_refused_in_a_line_before_anything_is_made()
    {
        await using var bench = await workshop.OpenAsync();
        var shared = Share(bench, [1]);

        bench.Describe(change: instance => instance["mounts"] = MountOf("/etc"));
        await RefusedAsync(2, "mounts[0]: /etc is shown to no guest: name a directory that has nothing else in it");

        bench.Describe(change: instance => instance["mounts"] = MountOf(bench.StateDirectory));
        Directory.CreateDirectory(bench.StateDirectory);
        await RefusedAsync(2, $"mounts[0]: {bench.StateDirectory} is shown to no guest");

        bench.Describe(change: instance => instance["mounts"] = MountOf(shared));
        File.SetUnixFileMode(shared, (UnixFileMode)0b111_111_111);
        await RefusedAsync(2, $"not trusted: others may write to {shared}");

        bench.Describe(change: instance => instance["mounts"] = MountOf(shared + "-gone"));
        await RefusedAsync(3, $"mount cache: {shared}-gone: there is no such directory");
        bench.AssertNothingLeft();

        async Task RefusedAsync(int status, string why)
        {
            foreach (var command in (StartedProgram[])[bench.Start("validate"), bench.StartRun()])
            {
                var outcome = (await command.EndAsync()).Exited(status);
                Assert.Contains(why, Assert.Single(outcome.ErrorLines, line => line.StartsWith("error", StringComparison.Ordinal)), StringComparison.Ordinal);
            }
        }
    }

    private static JsonArray MountOf(string source) => new(new JsonObject { ["source"] = source, ["tag"] = "cache", ["read-only"] = true });

    // Where everybody gets at it, so that QEMU's user does.
    private static string Share(Workbench bench, byte[] content)
    {
        var shared = Directory.CreateDirectory(bench.PathOf("shared")).FullName;
        File.WriteAllBytes(Path.Combine(shared, "file"), content);
        foreach (var directory in (string[])[bench.Root, shared])
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        }

        return shared;
    }
}

using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>What <c>images/debian/build</c> refuses, and what it leaves alone; <c>images/debian/rehearse</c> runs this.</summary>
[Trait("Category", "Debian")]
public sealed class RunnerImageTests
{
    private static readonly string Builder = Path.Combine(Path.GetDirectoryName(Artifacts.DebianImage)!, "../../images/debian/build");

    [Theory(Explicit = true)]
    [InlineData("there is no variant 'nosuch': it is one of buildkite forgejo github gitlab plain", "--variant", "nosuch")]
    [InlineData("there is no variant '../build'", "--variant", "../build")]
    [InlineData("the variant github needs its agent, GitHub's runner, actions-runner-linux-ARCH-VERSION.tar.gz: name it with --agent")]
    [InlineData("the variant plain has no agent (--agent)", "--variant", "plain", "--agent", "x.tar.gz")]
    [InlineData("nosuch.tar.gz: no such file (--agent)", "--agent", "nosuch.tar.gz")]
    [InlineData("fetched by https only", "--agent", "http://127.0.0.1/x.tar.gz")]
    [InlineData("name that with --agent-sha256", "--agent", "https://127.0.0.1/x.tar.gz")]
    [InlineData("and not 00", "--agent", "instances.json", "--agent-sha256", "00")]
    [InlineData("'yesterday' is no day such as 2026-11-01 (--agent-released)", "--variant", "plain", "--agent-released", "yesterday")]
    [InlineData("cannot build for 'riscv64': x86_64 and aarch64 are known", "--variant", "plain", "--arch", "riscv64")]
    [InlineData("nosuch: no such file, or an empty one (--manage-password)", "--variant", "plain", "--manage-password", "nosuch")]
    public async Task What_makes_no_image_is_refused_in_one_line_and_nothing_is_left(string words, params string[] arguments)
    {
        await using var bench = new Workbench();
        var before = Directory.GetFileSystemEntries(bench.TemporaryDirectory);

        var refused = (await bench.StartAny(Builder, [.. arguments, "--output", bench.PathOf("x.qcow2")]).EndAsync()).Exited(1);

        Assert.Contains(words, Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.False(File.Exists(bench.PathOf("x.qcow2")));
        Assert.Equal(before, Directory.GetFileSystemEntries(bench.TemporaryDirectory));
    }

    [Fact(Explicit = true)]
    public void What_an_image_was_made_from_is_told_beside_it()
    {
        using var told = JsonDocument.Parse(File.ReadAllText(Artifacts.DebianImage + ".json"));

        Assert.Equal("github", told.RootElement.GetProperty("variant").GetString());
        Assert.StartsWith("sha256:", told.RootElement.GetProperty("inputs").GetString(), StringComparison.Ordinal);
        Assert.Equal("2.336.0", told.RootElement.GetProperty("runner").GetProperty("version").GetString());
        Assert.InRange(told.RootElement.GetProperty("made").GetDateTimeOffset(), DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow);
    }
}

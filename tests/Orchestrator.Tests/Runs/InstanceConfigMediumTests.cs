using System.Text;
using Iso9660.Tests.Reading;
using Orchestrator.Preprocessing;
using Orchestrator.Runs;
using Orchestrator.Tests.Configuration;
using Orchestrator.Tests.Preprocessing;

namespace Orchestrator.Tests.Runs;

public sealed class InstanceConfigMediumTests
{
    private readonly RecordingFunction _function = new("token");

    [Fact]
    public async Task A_medium_has_the_instances_document_and_no_seed()
    {
        var medium = await ReadAsync("""
            "config": { "a": "${{ token:x }}" }
            """);

        Assert.Equal("instance-configuration", medium.VolumeId);
        Assert.Contains("<x>", Content(medium, "instance.json"), StringComparison.Ordinal);
        Assert.Single(medium.Files);
    }

    [Fact]
    public async Task One_for_cloud_init_has_a_seed_too_and_the_label_that_is_looked_for()
    {
        var medium = await ReadAsync("""
            "config": { "a": "${{ token:x }}" },
            "cloud-init": { "user-data": { "b": ["${{ token:x }}"], "c": "${{ token:y }}" }, "network-config": "${{ token:z }}" }
            """);

        Assert.Equal("CIDATA", medium.VolumeId);
        Assert.Equal(["instance.json", "meta-data", "network-config", "user-data"], medium.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.StartsWith("#cloud-config\n", Content(medium, "user-data"), StringComparison.Ordinal);
        Assert.Contains("\"<x>\\\"\\n😀\"", Content(medium, "user-data"), StringComparison.Ordinal);
        Assert.Contains($"\"instance-id\": \"{SomeRun.WithoutLeases.Run}\"", Content(medium, "meta-data"), StringComparison.Ordinal);
        Assert.Contains("\"local-hostname\": \"vm-1\"", Content(medium, "meta-data"), StringComparison.Ordinal);
        Assert.Equal("<z>\"\n😀", Content(medium, "network-config"));
        Assert.Equal(["evaluate x", "evaluate y", "evaluate z"], _function.Asked.Order());
    }

    private static string Content(ReadVolume medium, string file) => Encoding.UTF8.GetString(medium[file].Contents);

    private async Task<ReadVolume> ReadAsync(string keys)
    {
        var plan = new Preprocessor([_function]).Parse(InstancesText.One(keys));
        return new IsoReader(await new InstanceConfigMedium("vm-1", plan).BuildAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken)).Primary;
    }
}

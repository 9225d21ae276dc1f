using Orchestrator.Images;

namespace Orchestrator.Tests.Images;

public sealed class ImageSidecarTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 12, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly string _image = Path.Combine(Directory.CreateTempSubdirectory("orchestrator-test-").FullName, "x.qcow2");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_image)!, recursive: true);

    [Fact]
    public void All_that_a_builder_says_is_read()
    {
        var sidecar = Read("""
            { "made": "2026-11-30T12:00:00Z", "variant": "github", "arch": "x86_64", "release": "bookworm", "inputs": "sha256:00", "later": [1],
              "runner": { "name": "actions-runner", "version": "2.336.0", "released": "2026-11-01" } }
            """);

        Assert.Equal(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero), sidecar?.Made);
        Assert.Equal(["github", "x86_64", "bookworm", "sha256:00", "actions-runner 2.336.0"], [sidecar!.Variant, sidecar.Arch, sidecar.Release, sidecar.Inputs, $"{sidecar.Runner}"]);
    }

    [Theory]
    [InlineData("""{ "made": "2026-12-14T00:00:00Z", "runner": { "name": "r", "version": "1", "released": "2026-11-01" } }""", "its runner, r 1, was released 44 days ago")]
    [InlineData("""{ "made": "2026-11-01T12:00:00Z", "runner": { "name": "r", "version": "1" } }""", "its runner, r 1, was put into it 44 days ago")]
    [InlineData("""{ "made": "2026-11-01T12:00:00Z", "runner": { "released": "2026-12-01" } }""", null)]
    [InlineData("""{ "made": "2026-11-16T12:00:00Z", "runner": { "version": "1" } }""", null)]
    [InlineData("""{ "made": "2026-01-01T12:00:00Z" }""", null)]
    [InlineData("""{ "runner": { "version": "1" } }""", null)]
    public void An_old_runner_is_warned_of_by_what_is_known_of_its_age(string text, string? words)
    {
        var warning = Read(text)!.FindAgedRunner("x.qcow2", Now);

        Assert.Equal(words is null, warning is null);
        Assert.Contains(words ?? "", warning ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{ \"made\": \"yesterday\" }")]
    [InlineData("{ \"made\": null, \"runner\": 7 }")]
    public void What_is_no_sidecar_is_told_and_does_no_harm(string text)
    {
        File.WriteAllText(_image + ".json", text);

        Assert.Null(ImageSidecar.Read(_image, out var problem));
        Assert.Contains("x.qcow2.json", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_not_there_is_no_problem()
    {
        Assert.Null(ImageSidecar.Read(_image, out var problem));
        Assert.Null(problem);
    }

    private ImageSidecar? Read(string text)
    {
        File.WriteAllText(_image + ".json", text);
        var sidecar = ImageSidecar.Read(_image, out var problem);
        Assert.Null(problem);
        return sidecar;
    }
}

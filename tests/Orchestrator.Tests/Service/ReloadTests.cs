using System.Text.Json.Nodes;
using Orchestrator.Configuration;
using Orchestrator.Images;
using Orchestrator.Reporting;
using Orchestrator.Service.Reporting;

namespace Orchestrator.Tests.Service;

/// <summary>What a service makes of a file that changed.</summary>
public sealed class ReloadTests : IAsyncDisposable
{
    private readonly ServiceFixture _service = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_file_adds_changes_and_removes()
    {
        _service.Describe("changed", "removed", "same");
        using var supervisor = await _service.StartAsync();
        for (var count = 0; count < 3; count++)
        {
            await _service.NextGuestAsync();
            await _service.StartedAsync();
        }

        _service.Write(
            _service.Instance("changed", instance => instance["cpu-cores"] = 2), _service.Instance("same"), _service.Instance("added"));
        supervisor.Reload(asked: true);

        var reloaded = await _service.ToldAsync<ServiceEvent.Reloaded>();
        Assert.Equal(["added"], reloaded.Added);
        Assert.Equal(["changed"], reloaded.Changed);
        Assert.Equal(["removed"], reloaded.Removed);
        var stopped = new[] { await _service.ToldAsync<ServiceEvent.Stopping>(), await _service.ToldAsync<ServiceEvent.Stopping>() };
        Assert.Equal(["changed", "removed"], stopped.Select(stopping => stopping.Instance).Order());
        await _service.NextGuestAsync();
        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_base_image_replaces_a_machine_without_a_job_and_so_does_one_beneath_it(bool beneath)
    {
        var image = beneath ? _service.Image + ".base" : _service.Image;
        await File.WriteAllTextAsync(image, "image", Token);
        _service.Write(_service.Instance("vm-1", instance => instance["backing"] = new JsonArray(_service.Image + ".base")));
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await _service.StartedAsync();

        await File.WriteAllTextAsync(image, "another image", Token);
        supervisor.Reload(asked: false);

        Assert.Equal(["vm-1"], (await _service.ToldAsync<ServiceEvent.Reloaded>()).Changed);
        await _service.NextGuestAsync();
        Assert.True(guest.PowerButton.IsCompleted);
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task Another_image_of_the_catalogue_is_taken_once_it_was_fetched_and_replaces_a_machine_without_a_job()
    {
        Fetch('1');
        Name('1');
        _service.Write(_service.Instance("vm-1", instance => instance["image"] = "catalogue:guest"));
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await _service.StartedAsync();

        Name('2');
        supervisor.Reload(asked: false);
        Assert.Contains("orchestrator image fetch guest", (await _service.ToldAsync<ServiceEvent.ReloadRefused>()).Why, StringComparison.Ordinal);
        Assert.False(guest.PowerButton.IsCompleted);

        Fetch('2');
        supervisor.Reload(asked: false);
        Assert.Equal(["vm-1"], (await _service.ToldAsync<ServiceEvent.Reloaded>()).Changed);
        await _service.NextGuestAsync();
        Assert.True(guest.PowerButton.IsCompleted);
        await ServiceFixture.DrainAsync(supervisor);

        void Name(char digit) => File.WriteAllText(
            Path.Combine(Path.GetDirectoryName(_service.InstancesFile)!, "images.json"),
            $$"""{ "guest": { "url": "https://images.example/guest.qcow2", "sha256": "{{new string(digit, 64)}}" } }""");

        void Fetch(char digit)
        {
            var made = Path.Combine(_service.Host.State.Images, "made");
            File.WriteAllText(made, "image");
            new ImageCache(_service.Host.State.Images, _service.Host.Time).Add(
                Sha256Digest.TryParse(new string(digit, 64))!,
                made,
                new ImageNote(),
                new CatalogueImage { Name = "guest", Url = new Uri("https://images.example/guest.qcow2") });
        }
    }

    [Theory]
    [InlineData("[{]", "instances.json:1: ")]
    [InlineData("""[{"name": "vm-1", "nmae": 1}]""", "unknown key \"nmae\"")]
    public async Task A_broken_file_is_refused_and_what_was_in_force_still_is(string text, string problem)
    {
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await _service.StartedAsync();

        await File.WriteAllTextAsync(_service.InstancesFile, text, Token);
        supervisor.Reload(asked: false);
        supervisor.Reload(asked: false);

        Assert.Contains(problem, (await _service.ToldAsync<ServiceEvent.ReloadRefused>()).Why, StringComparison.Ordinal);
        Assert.Null(await supervisor.CheckAsync(Token));
        Assert.False(guest.PowerButton.IsCompleted);
        Assert.Contains("orchestrator_last_reload_successful 0\n", _service.Metrics.Write(), StringComparison.Ordinal);

        _service.Describe("vm-1");
        supervisor.Reload(asked: false);
        Assert.Empty((await _service.ToldAsync<ServiceEvent.Reloaded>()).Changed);
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task Only_the_named_instances_run_and_one_that_leaves_the_file_is_warned_of()
    {
        _service.Describe("a", "b");
        using var supervisor = await _service.StartAsync("b");
        await _service.NextGuestAsync();
        await _service.ToldAsync<ServiceFixture.RunTold>(told => told is { Instance: "b", Happened: RunEvent.Started });
        Assert.False(_service.AnotherGuest);

        _service.Describe("a");
        supervisor.Reload(asked: true);

        Assert.Contains("\"b\" is no longer in it", (await _service.ToldAsync<ServiceEvent.Warning>()).Message, StringComparison.Ordinal);
        await ServiceFixture.DrainAsync(supervisor);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}

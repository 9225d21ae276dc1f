using Orchestrator.Drivers;

namespace Orchestrator.Tests.Service.Instances;

/// <summary>Which instances a service is to keep, and which it refuses.</summary>
public sealed class DesiredInstancesReaderTests : IAsyncDisposable
{
    private readonly ServiceFixture _service = new();

    [Fact]
    public void Instances_that_would_run_at_the_same_time_on_one_port_are_refused()
    {
        _service.Write(
            _service.Instance("vm-1", instance => instance["ssh-port"] = 2201), _service.Instance("vm-2", instance => instance["ssh-port"] = 2201));

        var refusal = Assert.Throws<ConfigurationException>(() => _service.Reader().Read(mayMiss: false));

        Assert.Contains("the instances \"vm-1\", \"vm-2\" have one ssh-port, 2201", refusal.Message, StringComparison.Ordinal);
        Assert.Single(_service.Reader("vm-2").Read(mayMiss: false).Instances);
    }

    [Fact]
    public void A_driver_that_is_named_on_the_command_line_is_every_instances()
    {
        _service.Write(_service.Instance("vm-1", instance => instance["driver"] = "libvirt"), _service.Instance("vm-2"));

        Assert.Equal(["libvirt", "fake"], _service.Reader().Read(mayMiss: false).Instances.Select(description => description.Instance.Driver));
        Assert.Equal(["qemu", "qemu"], _service.ReaderOn("qemu").Read(mayMiss: false).Instances.Select(description => description.Instance.Driver));
    }

    [Fact]
    public void Duplicates_and_unknown_names_are_refused()
    {
        _service.Describe("vm-1", "vm-1");
        Assert.Contains("the name \"vm-1\" is taken", Refusal(), StringComparison.Ordinal);

        _service.Describe("builder");
        Assert.Contains("no instance \"bulider\": did you mean \"builder\"?", Refusal("bulider"), StringComparison.Ordinal);

        string Refusal(params string[] names) =>
            Assert.ThrowsAsync<ConfigurationException>(() => _service.StartAsync(names)).GetAwaiter().GetResult().Message;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}

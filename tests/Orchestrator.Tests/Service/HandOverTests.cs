using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Service;
using Orchestrator.Service.Reporting;
using Orchestrator.State;

namespace Orchestrator.Tests.Service;

/// <summary>How a service ends, and what the next one makes of what it left.</summary>
public sealed class HandOverTests : IAsyncDisposable
{
    private readonly ServiceFixture _service = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Draining_asks_the_guests_to_power_down_and_leaves_nothing()
    {
        _service.Describe("vm-1", "vm-2");
        using var supervisor = await _service.StartAsync();
        var guests = new[] { await _service.NextGuestAsync(), await _service.NextGuestAsync() };

        supervisor.Drain(null);

        await ServiceFixture.EndAsync(supervisor);
        Assert.All(guests, guest => Assert.True(guest.PowerButton.IsCompleted));
        Assert.Empty(Directory.GetFileSystemEntries(_service.Host.State.Runs));
        Assert.True(_service.ApplicationStopping.IsCancellationRequested);
        Assert.Equal(new ServiceEvent.Draining(DrainMode.PowerDown, 2, TimeSpan.FromHours(1)), await _service.ToldAsync<ServiceEvent.Draining>());
        await _service.ToldAsync<ServiceEvent.Drained>();
    }

    [Fact]
    public async Task A_guest_with_a_job_may_finish_it_and_at_the_deadline_is_asked_to_power_down()
    {
        _service.Up = new UpSettings { Drain = DrainMode.Finish, DrainDeadline = TimeSpan.FromMinutes(5) };
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        guest.OpenTray();
        await _service.HappenedAsync<RunEvent.ConfigurationRemoved>();

        supervisor.Drain(null);
        await _service.ToldAsync<ServiceEvent.Draining>();
        Assert.Null(await supervisor.CheckAsync(Token));
        Assert.False(guest.PowerButton.IsCompleted);

        _service.Host.Time.Advance(TimeSpan.FromMinutes(5));
        await ServiceFixture.EndAsync(supervisor);
        Assert.True(guest.PowerButton.IsCompleted);
    }

    [Fact]
    public async Task A_service_that_is_asked_to_end_before_it_has_begun_starts_nothing_and_ends_what_it_found()
    {
        var guest = await _service.LeaveGuestAsync();
        _service.Describe("vm-1", "vm-2");
        var looking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _service.Host.Driver.WhileListing = _ => looking.Task;

        using var second = await _service.StartAsync();
        second.Drain(DrainMode.PowerDown);
        looking.SetResult();
        await ServiceFixture.EndAsync(second);

        Assert.True(guest.PowerButton.IsCompleted);
        Assert.False(_service.AnotherGuest);
        Assert.Empty(_service.Host.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_guest_that_took_its_job_while_no_service_lived_keeps_it_though_its_description_changed()
    {
        var guest = await _service.LeaveGuestAsync();
        guest.OpenTray();
        _service.Write(_service.Instance("vm-1", instance => instance["ram"] = "2G"));

        using var second = await _service.StartAsync();
        await _service.HappenedAsync<RunEvent.ConfigurationRemoved>();
        Assert.False(guest.PowerButton.IsCompleted);

        _service.Host.Time.Advance(TimeSpan.FromMinutes(1));
        guest.ShutDown();
        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(second);
    }

    [Fact]
    public async Task Machines_that_are_left_are_the_next_services_with_their_deadline()
    {
        using var first = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        guest.OpenTray();
        await _service.HappenedAsync<RunEvent.ConfigurationRemoved>();
        first.Drain(DrainMode.Leave);
        await ServiceFixture.EndAsync(first);
        var run = Assert.Single(Directory.GetDirectories(_service.Host.State.Runs));
        Assert.False(guest.Over.IsCompleted);

        using var second = await _service.StartAsync();
        await _service.HappenedAsync<RunEvent.Adopted>();
        Assert.Equal(new ServiceEvent.Ready(1, 1), await _service.ToldAsync<ServiceEvent.Ready>(ready => ready.Adopted > 0));
        Assert.Equal(run, Assert.Single(Directory.GetDirectories(_service.Host.State.Runs)));
        Assert.False(_service.AnotherGuest);

        _service.Host.Time.Advance(TimeSpan.FromHours(1));
        await _service.NextGuestAsync();
        Assert.True(guest.PowerButton.IsCompleted);
        await ServiceFixture.DrainAsync(second);
    }

    [Fact]
    public async Task A_service_whose_driver_is_away_when_it_starts_goes_on_with_its_machines_once_it_is_back_and_starts_no_others()
    {
        var guest = await _service.LeaveGuestAsync();
        var driver = _service.Host.Driver;
        driver.WhileListing = driver.WhileAttaching = _ => throw new HostException(HostProblem.ServiceUnavailable, "libvirtd is down");

        using var second = await _service.StartAsync();
        await _service.HappenedAsync<RunEvent.Warning>();
        driver.WhileListing = driver.WhileAttaching = _ => Task.CompletedTask;
        var adopted = _service.HappenedAsync<RunEvent.Adopted>();
        while (!adopted.IsCompleted)
        {
            // In steps, each of which the service has a moment for: all at once they would be more than the guest's time.
            _service.Host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(adopted, Task.Delay(20, TestContext.Current.CancellationToken));
        }

        Assert.False(_service.AnotherGuest);
        Assert.False(guest.Over.IsCompleted);
        Assert.Single(Directory.GetDirectories(_service.Host.State.Runs));
        await ServiceFixture.DrainAsync(second);
        Assert.True(guest.Over.IsCompleted);
        Assert.Empty(_service.Host.Driver.Host.Machines);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_that_does_not_answer_its_next_service_keeps_its_instance_until_somebody_stops_it(bool now)
    {
        var guest = await _service.LeaveGuestAsync();
        var driver = _service.Host.Driver;
        driver.WhileAttaching = _ => throw new HypervisorException("it does not answer");
        _service.Host.Time.Forget(); // the former service's
        using var second = await _service.StartAsync();
        await _service.Host.Time.PassAsync(4);
        await _service.HappenedAsync<RunEvent.Warning>();
        Assert.False(guest.Over.IsCompleted);
        Assert.False(_service.AnotherGuest);
        var run = Path.GetFileName(Assert.Single(Directory.GetDirectories(_service.Host.State.Runs)));
        driver.WhileAttaching = _ => throw new HypervisorException("it still does not answer");

        Assert.True(await second.StopRunAsync(run, now, Token));

        Assert.True(guest.Over.IsCompleted);
        var ended = Assert.IsType<RunEvent.Ended>((await _service.HappenedAsync<RunEvent.Ended>()).Happened);
        Assert.Equal(RunOutcome.Stopped, ended.Result.Outcome);
        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(second);
    }

    [Fact]
    public async Task A_service_that_begins_with_a_broken_file_goes_on_with_the_machines_it_finds_and_starts_others_once_the_file_is_mended()
    {
        var guest = await _service.LeaveGuestAsync();
        await File.WriteAllTextAsync(_service.InstancesFile, "[{]", Token);

        using var second = await _service.StartOnBrokenFileAsync();
        Assert.Contains("instances.json:1: ", (await _service.ToldAsync<ServiceEvent.InstancesRefused>()).Why, StringComparison.Ordinal);
        Assert.Equal(new ServiceEvent.Ready(0, 1), await _service.ToldAsync<ServiceEvent.Ready>(ready => ready.Instances == 0));
        await _service.HappenedAsync<RunEvent.Adopted>();
        Assert.Null(await second.CheckAsync(Token));
        Assert.Contains("orchestrator_last_reload_successful 0\n", _service.Metrics.Write(), StringComparison.Ordinal);
        guest.OpenTray();
        await _service.HappenedAsync<RunEvent.ConfigurationRemoved>();
        Assert.False(guest.PowerButton.IsCompleted);
        _service.Host.Time.Advance(TimeSpan.FromMinutes(1));
        guest.ShutDown();
        await _service.HappenedAsync<RunEvent.Ended>();
        Assert.False(_service.AnotherGuest);

        _service.Describe("vm-1");
        second.Reload(asked: false);
        Assert.Equal(["vm-1"], (await _service.ToldAsync<ServiceEvent.Reloaded>()).Added);
        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(second);
    }

    [Fact]
    public async Task A_file_that_was_mended_while_a_service_began_is_taken_in_at_once()
    {
        await _service.LeaveGuestAsync();
        await File.WriteAllTextAsync(_service.InstancesFile, "[{]", Token);
        var looking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _service.Host.Driver.WhileListing = _ => looking.Task;

        using var second = await _service.StartOnBrokenFileAsync();
        _service.Describe("vm-1", "vm-2");
        looking.SetResult();

        Assert.Equal(["vm-1", "vm-2"], (await _service.ToldAsync<ServiceEvent.Reloaded>()).Added);
        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(second);
    }

    [Fact]
    public async Task What_a_dead_orchestrator_left_is_removed_before_anything_starts()
    {
        var dead = await _service.Host.AbandonAsync(RunOwnerKind.Foreground);
        await _service.NextGuestAsync();

        using var supervisor = await _service.StartAsync();

        var swept = await _service.ToldAsync<ServiceEvent.Swept>();
        Assert.Equal((dead.Value, true), (swept.Run, swept.Alive));
        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task A_machine_that_could_not_be_adopted_at_first_is_adopted_later()
    {
        using var supervisor = await _service.StartAsync();
        await _service.NextGuestAsync();
        await _service.StartedAsync();
        await _service.ToldAsync<ServiceEvent.Ready>();
        var late = await _service.Host.AbandonAsync(RunOwnerKind.Service, change: journal => journal with { Deadline = journal.Created.AddDays(1) });
        await _service.NextGuestAsync();

        _service.Host.Time.Advance(Supervisor.SweepInterval);

        var adopted = await _service.ToldAsync<ServiceFixture.RunTold>(told => told.Happened is RunEvent.Adopted);
        Assert.Equal(late, Assert.IsType<RunEvent.Adopted>(adopted.Happened).Run);
        await ServiceFixture.DrainAsync(supervisor);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}

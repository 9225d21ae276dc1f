using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Fake;
using Orchestrator.Operations;
using Orchestrator.Runs;
using Orchestrator.Service;
using Orchestrator.Service.Policy;
using Orchestrator.Service.Telling;
using Orchestrator.State;

namespace Orchestrator.Tests.Service;

public sealed class SupervisorTests : IAsyncDisposable
{
    private readonly ServiceFixture _service = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_instance_gets_one_clean_machine_after_another()
    {
        using var supervisor = await _service.StartAsync();

        for (var turn = 0; turn < 3; turn++)
        {
            var guest = await _service.NextGuestAsync();
            await Started();
            guest.OpenTray();
            await Happened<RunEvent.ConfigurationRemoved>();
            _service.Host.Time.Advance(TimeSpan.FromMinutes(1));
            guest.ShutDown();
        }

        await _service.NextGuestAsync();
        Assert.Single(Directory.GetDirectories(_service.Host.State.Runs));
        await DrainAsync(supervisor);
    }

    [Fact]
    public async Task A_run_of_a_service_says_so_in_its_journal_and_what_it_is_a_copy_of()
    {
        using var supervisor = await _service.StartAsync();
        await _service.NextGuestAsync();
        await Started();

        var journal = JournalReading.Read(Assert.Single(Directory.GetDirectories(_service.Host.State.Runs))).Journal!;

        Assert.Equal(RunOwnerKind.Service, journal.Owner.Kind);
        Assert.Equal(1L << 30, journal.MemoryBytes);
        Assert.Equal(10L << 30, journal.RootDiskBytes);
        Assert.Equal(16, journal.InstanceVersion?.Length);
        await DrainAsync(supervisor);
    }

    [Fact]
    public async Task After_a_crash_the_next_run_waits_and_comes()
    {
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await Started();

        guest.Panic();

        var backingOff = await _service.ToldAsync<ServiceEvent.BackingOff>();
        Assert.Equal(1, backingOff.Failures);
        Assert.False(_service.AnotherGuest);
        _service.Host.Time.Advance(backingOff.Delay);
        await _service.NextGuestAsync();
        await DrainAsync(supervisor);
    }

    [Fact]
    public async Task Instances_without_a_run_are_named_with_what_they_wait_for()
    {
        _service.Write(
            _service.Instance("crashes"), _service.Instance("huge", instance => instance["ram"] = "100G"), _service.Instance("runs"));
        _service.Host.Driver.WhilePreparing = (spec, _) => spec.InstanceName == "crashes"
            ? throw new HypervisorException("it does not start")
            : Task.CompletedTask;
        using var supervisor = await _service.StartAsync();
        var backingOff = await _service.ToldAsync<ServiceEvent.BackingOff>();

        Assert.Equal(
            [
                new StandingInstance("crashes", "fake", "backing-off", "1 failure", _service.Host.Time.GetUtcNow() + backingOff.Delay),
                new StandingInstance("huge", "fake", "waiting", "too-large"),
            ],
            await supervisor.StandingAsync(Token));
        await DrainAsync(supervisor);
    }

    [Fact]
    public async Task One_instance_that_cannot_run_does_not_disturb_the_others()
    {
        _service.Describe("broken", "defect", "good");
        _service.Host.Driver.WhilePreparing = (spec, _) => spec.InstanceName switch
        {
            "broken" => throw new HostException(HostProblem.UnusableImage, "no such image"),
            "defect" => throw new InvalidOperationException("a null where none should be"),
            _ => Task.CompletedTask,
        };
        using var supervisor = await _service.StartAsync();

        await _service.NextGuestAsync();
        Assert.Equal("no such image", (await _service.ToldAsync<ServiceEvent.RunFailed>(failed => failed.Instance == "broken")).Why);
        Assert.Equal(
            "a defect of this program: a null where none should be",
            (await _service.ToldAsync<ServiceEvent.RunFailed>(failed => failed.Instance == "defect")).Why);
        Assert.Null(await supervisor.CheckAsync(Token));
        await DrainAsync(supervisor);
    }

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
        await Happened<RunEvent.ConfigurationRemoved>();

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
        var guest = await LeaveGuestAsync();
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
        var guest = await LeaveGuestAsync();
        guest.OpenTray();
        _service.Write(_service.Instance("vm-1", instance => instance["ram"] = "2G"));

        using var second = await _service.StartAsync();
        await Happened<RunEvent.ConfigurationRemoved>();
        Assert.False(guest.PowerButton.IsCompleted);

        _service.Host.Time.Advance(TimeSpan.FromMinutes(1));
        guest.ShutDown();
        await _service.NextGuestAsync();
        await DrainAsync(second);
    }

    [Fact]
    public void Instances_that_would_run_at_the_same_time_on_one_port_are_refused()
    {
        _service.Write(
            _service.Instance("vm-1", instance => instance["ssh-port"] = 2201), _service.Instance("vm-2", instance => instance["ssh-port"] = 2201));

        var refusal = Assert.Throws<ConfigurationException>(() => _service.Roster().Read(mayMiss: false));

        Assert.Contains("the instances \"vm-1\", \"vm-2\" have one ssh-port, 2201", refusal.Message, StringComparison.Ordinal);
        Assert.Single(_service.Roster("vm-2").Read(mayMiss: false).Instances);
    }

    [Fact]
    public void A_driver_that_is_named_on_the_command_line_is_every_instances()
    {
        _service.Write(_service.Instance("vm-1", instance => instance["driver"] = "libvirt"), _service.Instance("vm-2"));

        Assert.Equal(["libvirt", "fake"], _service.Roster().Read(mayMiss: false).Instances.Select(instance => instance.Driver));
        Assert.Equal(["qemu", "qemu"], _service.RosterOn("qemu").Read(mayMiss: false).Instances.Select(instance => instance.Driver));
    }

    [Fact]
    public async Task Machines_that_are_left_are_the_next_services_with_their_deadline()
    {
        using var first = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        guest.OpenTray();
        await Happened<RunEvent.ConfigurationRemoved>();
        first.Drain(DrainMode.Leave);
        await ServiceFixture.EndAsync(first);
        var run = Assert.Single(Directory.GetDirectories(_service.Host.State.Runs));
        Assert.False(guest.Over.IsCompleted);

        using var second = await _service.StartAsync();
        await Happened<RunEvent.Adopted>();
        Assert.Equal(new ServiceEvent.Ready(1, 1), await _service.ToldAsync<ServiceEvent.Ready>(ready => ready.Adopted > 0));
        Assert.Equal(run, Assert.Single(Directory.GetDirectories(_service.Host.State.Runs)));
        Assert.False(_service.AnotherGuest);

        _service.Host.Time.Advance(TimeSpan.FromHours(1));
        await _service.NextGuestAsync();
        Assert.True(guest.PowerButton.IsCompleted);
        await DrainAsync(second);
    }

    [Fact]
    public async Task A_service_whose_driver_is_away_when_it_starts_goes_on_with_its_machines_once_it_is_back_and_starts_no_others()
    {
        var guest = await LeaveGuestAsync();
        var driver = _service.Host.Driver;
        driver.WhileListing = driver.WhileAttaching = _ => throw new HostException(HostProblem.ServiceUnavailable, "libvirtd is down");

        using var second = await _service.StartAsync();
        await Happened<RunEvent.Warning>();
        driver.WhileListing = driver.WhileAttaching = _ => Task.CompletedTask;
        var adopted = Happened<RunEvent.Adopted>();
        while (!adopted.IsCompleted)
        {
            _service.Host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False(_service.AnotherGuest);
        Assert.False(guest.Over.IsCompleted);
        Assert.Single(Directory.GetDirectories(_service.Host.State.Runs));
        await DrainAsync(second);
        Assert.True(guest.Over.IsCompleted);
        Assert.Empty(_service.Host.Driver.Host.Machines);
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
        await DrainAsync(supervisor);
    }

    [Fact]
    public async Task A_machine_that_could_not_be_adopted_at_first_is_adopted_later()
    {
        using var supervisor = await _service.StartAsync();
        await _service.NextGuestAsync();
        await Started();
        await _service.ToldAsync<ServiceEvent.Ready>();
        var late = await _service.Host.AbandonAsync(RunOwnerKind.Service, change: journal => journal with { Deadline = journal.Created.AddDays(1) });
        await _service.NextGuestAsync();

        _service.Host.Time.Advance(Supervisor.SweepInterval);

        var adopted = await _service.ToldAsync<ServiceFixture.RunTold>(told => told.Happened is RunEvent.Adopted);
        Assert.Equal(late, Assert.IsType<RunEvent.Adopted>(adopted.Happened).Run);
        await DrainAsync(supervisor);
    }

    [Fact]
    public async Task A_new_file_adds_changes_and_removes()
    {
        _service.Describe("changed", "removed", "same");
        using var supervisor = await _service.StartAsync();
        for (var count = 0; count < 3; count++)
        {
            await _service.NextGuestAsync();
            await Started();
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
        await DrainAsync(supervisor);
    }

    [Fact]
    public async Task A_new_base_image_replaces_a_machine_without_a_job()
    {
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await Started();

        await File.WriteAllTextAsync(_service.Image, "another image", Token);
        supervisor.Reload(asked: false);

        Assert.Equal(["vm-1"], (await _service.ToldAsync<ServiceEvent.Reloaded>()).Changed);
        await _service.NextGuestAsync();
        Assert.True(guest.PowerButton.IsCompleted);
        await DrainAsync(supervisor);
    }

    [Theory]
    [InlineData("[{]", "instances.json:1: ")]
    [InlineData("""[{"name": "vm-1", "nmae": 1}]""", "unknown key \"nmae\"")]
    public async Task A_broken_file_is_refused_and_what_was_in_force_still_is(string text, string problem)
    {
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await Started();

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
        await DrainAsync(supervisor);
    }

    [Fact]
    public async Task A_run_that_somebody_stops_ends_and_the_next_begins()
    {
        using var supervisor = await _service.StartAsync();
        await _service.NextGuestAsync();
        await Started();
        var run = Path.GetFileName(Assert.Single(Directory.GetDirectories(_service.Host.State.Runs)));

        Assert.True(await supervisor.StopRunAsync(run, now: false, Token));
        Assert.False(await supervisor.StopRunAsync(run, now: false, Token));

        await _service.NextGuestAsync();
        await DrainAsync(supervisor);
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
        await DrainAsync(supervisor);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    /// <summary>A guest that an earlier service started and left.</summary>
    private async Task<FakeGuest> LeaveGuestAsync()
    {
        using var earlier = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await Started();
        earlier.Drain(DrainMode.Leave);
        await ServiceFixture.EndAsync(earlier);
        return guest;
    }

    private Task<ServiceFixture.RunTold> Started() => Happened<RunEvent.Started>();

    private Task<ServiceFixture.RunTold> Happened<T>()
        where T : RunEvent => _service.ToldAsync<ServiceFixture.RunTold>(told => told.Happened is T);

    private static async Task DrainAsync(Supervisor supervisor)
    {
        supervisor.Drain(DrainMode.PowerDown);
        await ServiceFixture.EndAsync(supervisor);
    }
}

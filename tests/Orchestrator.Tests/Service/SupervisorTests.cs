using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Reporting;
using Orchestrator.Service.Reporting;
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
            await _service.StartedAsync();
            guest.OpenTray();
            await _service.HappenedAsync<RunEvent.ConfigurationRemoved>();
            _service.Host.Time.Advance(TimeSpan.FromMinutes(1));
            guest.ShutDown();
        }

        await _service.NextGuestAsync();
        Assert.Single(Directory.GetDirectories(_service.Host.State.Runs));
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task A_run_of_a_service_says_so_in_its_journal_and_what_it_is_a_copy_of()
    {
        using var supervisor = await _service.StartAsync();
        await _service.NextGuestAsync();
        await _service.StartedAsync();

        var journal = JournalReading.Read(Assert.Single(Directory.GetDirectories(_service.Host.State.Runs))).Journal!;

        Assert.Equal(RunOwnerKind.Service, journal.Owner.Kind);
        Assert.Equal(1L << 30, journal.Machine.MemoryBytes);
        Assert.Equal(10L << 30, journal.Machine.RootDiskBytes);
        Assert.Equal(16, journal.InstanceVersion?.Length);
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task After_a_crash_the_next_run_waits_and_comes()
    {
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await _service.StartedAsync();

        guest.Panic();

        var backingOff = await _service.ToldAsync<ServiceEvent.BackingOff>();
        Assert.Equal(1, backingOff.Failures);
        Assert.False(_service.AnotherGuest);
        _service.Host.Time.Advance(backingOff.Delay);
        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task Where_the_state_directory_was_taken_from_under_it_a_service_starts_nothing()
    {
        using var supervisor = await _service.StartAsync();
        var guest = await _service.NextGuestAsync();
        await _service.StartedAsync();

        File.Delete(Path.Combine(_service.Host.State.Root, UpLock.FileName));
        guest.ShutDown();

        _service.Host.Time.Advance((await _service.ToldAsync<ServiceEvent.BackingOff>()).Delay);
        Assert.Contains("was removed under the service; restart it", (await _service.ToldAsync<ServiceEvent.RunFailed>()).Why, StringComparison.Ordinal);
        Assert.False(_service.AnotherGuest);
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task Instances_without_a_run_are_named_with_what_they_wait_for()
    {
        _service.Write(
            _service.Instance("crashes"), _service.Instance("huge", instance => instance["ram"] = "100G"), _service.Instance("runs"));
        _service.Host.Driver.WhilePreparing = (spec, _) => spec.Machine.Name == "crashes"
            ? throw new HypervisorException("it does not start")
            : Task.CompletedTask;
        using var supervisor = await _service.StartAsync();
        var backingOff = await _service.ToldAsync<ServiceEvent.BackingOff>();

        Assert.Equal(
            [
                new IdleInstance("crashes", "fake", "backing-off", "1 failure", _service.Host.Time.GetUtcNow() + backingOff.Delay),
                new IdleInstance("huge", "fake", "waiting", "too-large"),
            ],
            await supervisor.IdleAsync(Token));
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task The_end_of_a_rate_limit_is_waited_for_and_is_the_reason_that_is_shown()
    {
        var again = _service.Host.Time.GetUtcNow() + TimeSpan.FromMinutes(10);
        _service.Host.Driver.WhilePreparing = (_, _) => _service.Host.Time.GetUtcNow() < again
            ? throw new HostException(HostProblem.ServiceUnavailable, "the limit is used up") { TryAgain = again }
            : Task.CompletedTask;
        using var supervisor = await _service.StartAsync();

        var backingOff = await _service.ToldAsync<ServiceEvent.BackingOff>();
        Assert.True(backingOff.Held);
        Assert.InRange(backingOff.Delay, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(601));
        Assert.Equal(
            [new IdleInstance("vm-1", "fake", "backing-off", "rate-limit", _service.Host.Time.GetUtcNow() + backingOff.Delay)],
            await supervisor.IdleAsync(Token));

        _service.Host.Time.Advance(backingOff.Delay);
        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task One_instance_that_cannot_run_does_not_disturb_the_others()
    {
        _service.Describe("broken", "defect", "good");
        _service.Host.Driver.WhilePreparing = (spec, _) => spec.Machine.Name switch
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
        await ServiceFixture.DrainAsync(supervisor);
    }

    [Fact]
    public async Task A_run_that_somebody_stops_ends_and_the_next_begins()
    {
        using var supervisor = await _service.StartAsync();
        await _service.NextGuestAsync();
        await _service.StartedAsync();
        var run = Path.GetFileName(Assert.Single(Directory.GetDirectories(_service.Host.State.Runs)));

        Assert.True(await supervisor.StopRunAsync(run, now: false, Token));
        Assert.False(await supervisor.StopRunAsync(run, now: false, Token));

        await _service.NextGuestAsync();
        await ServiceFixture.DrainAsync(supervisor);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}

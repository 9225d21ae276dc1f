using Microsoft.Extensions.Time.Testing;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Preprocessing;
using Orchestrator.Reporting;
using Orchestrator.Service.Reporting;
using Orchestrator.Service.Running;
using Orchestrator.State;
using Orchestrator.Tests.Operations;
using Orchestrator.Tests.Preprocessing;

namespace Orchestrator.Tests.Leases;

public sealed class LeaseReturnTests : IDisposable, ILeaseObserver
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeLessor _lessor = new();
    private readonly List<string> _released = [];
    private readonly List<string> _failures = [];
    private readonly StateDirectory _state;
    private readonly LeaseReturn _leases;

    public LeaseReturnTests()
    {
        _state = StateDirectory.Open(Path.Combine(_root, "state"));
        _leases = new LeaseReturn(new LeaseStore(_state), [_lessor], _time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_lease_that_is_asked_for_twice_stays_on_file_for_the_first_one()
    {
        var run = SomeRun.In(_state);
        await run.AcquireAsync(FakeLessor.Desk("a"), _ => Task.FromResult(true));

        var refused = await Assert.ThrowsAsync<HostException>(() => run.AcquireAsync<bool>(FakeLessor.Desk("a"), forget =>
        {
            forget();
            throw new HostException(HostProblem.Other, "taken");
        }));

        Assert.Contains("twice", refused.Message, StringComparison.Ordinal);
        Assert.True(_leases.Store.Holds(run.Run));
    }

    [Fact]
    public async Task A_lease_is_on_file_before_it_is_acquired_for_its_user_alone()
    {
        var run = SomeRun.In(_state);
        await run.AcquireAsync(FakeLessor.Desk("a"), _ =>
        {
            Assert.Equal([new NotedLease(FakeLessor.Desk("a"), Acquired: false)], Noted(run));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_state.LeasesOf(run.Run)));
            return Task.FromResult(true);
        });

        Assert.Equal([new NotedLease(FakeLessor.Desk("a"), Acquired: true)], Noted(run));
        Assert.Equal("fake", _leases.Store.Read(run.Run)!.Driver);
    }

    [Fact]
    public async Task Nothing_is_acquired_that_cannot_be_written_down()
    {
        var run = SomeRun.In(_state);
        Directory.Delete(_state.Leases);

        await Assert.ThrowsAsync<HostException>(() => HoldAsync(run, "a"));
        Assert.Empty(_lessor.Held);
    }

    [Fact]
    public async Task Calls_at_the_same_time_forget_nothing_of_each_other()
    {
        var run = SomeRun.In(_state);
        string[] names = [.. Enumerable.Range(10, 40).Select(number => $"desk-{number}")];
        await Task.WhenAll(names.Select(name => Task.Run(() => HoldAsync(run, name))));

        Assert.Equal(names, Noted(run).Select(noted => noted.Lease.Name).Order(StringComparer.Ordinal));
        Assert.All(Noted(run), noted => Assert.True(noted.Acquired));
    }

    [Fact]
    public async Task What_a_run_holds_is_given_back_at_its_end_and_its_file_goes()
    {
        var run = await HeldAsync("a", "b");
        End(run);
        await _leases.EndAsync(run.Run, this);

        Assert.Equal(["a", "b"], _released);
        Assert.Empty(_lessor.Held);
        Assert.Empty(Directory.GetFileSystemEntries(_state.Leases));
    }

    [Fact]
    public async Task Nothing_of_a_run_that_lives_is_given_back()
    {
        var run = await HeldAsync("a");
        await _leases.EndAsync(run.Run, this);
        await _leases.ReleaseAsync([run.Run], this, Cancellation);

        Assert.Equal(["a"], _lessor.Held);
        Assert.Empty(_lessor.Asked);
    }

    [Fact]
    public async Task What_cannot_be_given_back_stays_on_file_with_its_reason_and_the_others_do_not()
    {
        var run = await HeldAsync("a");
        await run.AcquireAsync(new Lease("yacht", "the harbour", "b"), _ => Task.FromResult(true));
        await HoldAsync(run, "c");
        End(run);
        bool? failed = null;
        _leases.Remained += (_, tried) => failed = tried;
        await _leases.EndAsync(run.Run, this);

        Assert.Equal(["a", "c"], _released);
        Assert.Equal(["yacht 'b' of the harbour: this program does not know what that is; another version of it does"], _failures);
        Assert.Equal("b", Assert.Single(Noted(run)).Lease.Name);
        Assert.True(failed);
    }

    [Fact]
    public async Task Why_and_since_when_something_is_owed_stays_on_file_for_whoever_asks_with_the_next_try_and_no_secret()
    {
        var run = await HeldAsync("a", "b");
        End(run);
        var began = _time.GetUtcNow();
        var secret = new Secret("the-password-of-the-office");
        _lessor.Failure = $"the office\nis closed to {secret.Reveal()}";
        await _leases.EndAsync(run.Run, this);
        Assert.All(Noted(run), noted => Assert.Equal(new LeaseFailure(began, began, "the office is closed to ***"), noted.Failure));
        GC.KeepAlive(secret);

        _leases.Store.NoteNextTry(run.Run, began + TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromSeconds(30));
        _lessor.Failure = "no desk";
        await _leases.ReleaseAsync([run.Run], this, Cancellation);

        var owed = Assert.Single(new LeaseStore(_state).Owed());
        Assert.Equal((run.Run, 2, null), (owed.Run, owed.Count, owed.Unreadable));
        Assert.All(owed.Leases!.Leases, noted => Assert.Equal(
            new LeaseFailure(began, began + TimeSpan.FromSeconds(30), "no desk", began + TimeSpan.FromMinutes(1)), noted.Failure));
    }

    [Fact]
    public async Task What_a_service_cannot_give_back_it_says_when_it_tries_again()
    {
        var time = new WatchedTime();
        var leases = new LeaseReturn(new LeaseStore(_state), [_lessor], time);
        using var retries = new LeaseRetries(leases, new ServiceReports(new Unheard(), _ => { }, time), time);
        var run = await HeldAsync("a");
        End(run);
        _lessor.Failure = "the office is closed";
        await leases.EndAsync(run.Run, this);

        _lessor.Hangs = true;
        await time.PassesOnceAwaitedAsync(LeaseRetries.FirstPause);
        Assert.Equal(time.Start + LeaseRetries.FirstPause, Assert.Single(Noted(run)).Failure!.Again);
    }

    [Fact]
    public async Task A_file_of_an_earlier_version_says_nothing_of_tries_and_is_given_back_as_ever()
    {
        var run = SomeRun.In(_state);
        End(run);
        _lessor.Hold("a");
        await File.WriteAllTextAsync(
            _state.LeasesOf(run.Run),
            """{ "version": 1, "driver": "fake", "leases": [{ "lease": { "kind": "desk", "scope": "the office", "name": "a" }, "acquired": true }] }""",
            Cancellation);

        Assert.Equal(new NotedLease(FakeLessor.Desk("a"), Acquired: true), Assert.Single(Assert.Single(_leases.Store.Owed()).Leases!.Leases));
        await _leases.ReleaseAsync([run.Run], this, Cancellation);
        Assert.Empty(_lessor.Held);
    }

    [Fact]
    public async Task A_lessor_that_does_not_answer_delays_the_end_of_a_run_by_no_more_than_the_patience()
    {
        var run = await HeldAsync("a");
        End(run);
        _lessor.Hangs = true;
        var ending = _leases.EndAsync(run.Run, this);
        _time.Advance(LeaseReturn.Patience);
        await ending.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        Assert.Equal(["desk 'a' of the office: no answer within 15 s"], _failures);

        _lessor.Hangs = false;
        await _leases.ReleaseAsync([run.Run], this, Cancellation);
        Assert.Equal(["a"], _released);
    }

    [Fact]
    public async Task What_is_held_no_longer_counts_as_given_back()
    {
        var run = await HeldAsync("a");
        End(run);
        await _lessor.ReleaseAsync(FakeLessor.Desk("a"), Cancellation);
        await _leases.EndAsync(run.Run, this);

        Assert.Equal(["a"], _released);
        Assert.Empty(_leases.Store.Runs());
    }

    [Fact]
    public async Task What_was_asked_for_by_someone_who_died_is_looked_for_again_when_his_request_cannot_be_under_way_any_more()
    {
        var run = SomeRun.In(_state);
        _leases.Store.Note(run.Run, "fake", FakeLessor.Desk("a"));
        End(run);
        await _leases.EndAsync(run.Run, this);
        Assert.Equal((0, 0), (_released.Count, _failures.Count));

        var releasing = _leases.ReleaseAsync([run.Run], this, Cancellation);
        _lessor.Hold("a"); // the request arrives after all
        _time.Advance(LeaseReturn.Settling);
        await releasing.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        Assert.Equal(["a"], _released);
        Assert.Empty(_lessor.Held);
        Assert.Empty(_leases.Store.Runs());
    }

    [Fact]
    public async Task Two_who_give_back_the_same_do_no_harm()
    {
        var run = await HeldAsync("a", "b");
        End(run);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            new LeaseReturn(new LeaseStore(_state), [_lessor], _time).ReleaseAsync([run.Run], this, Cancellation))));

        Assert.Empty(_lessor.Held);
        await _leases.ReleaseAsync([run.Run], this, Cancellation);
        Assert.Empty(_leases.Store.Runs());
    }

    [Theory]
    [InlineData("", "it makes no sense")]
    [InlineData("{", "it makes no sense")]
    [InlineData("null", "another version")]
    [InlineData("""{ "version": 1, "driver": "fake" }""", "it makes no sense")]
    [InlineData("""{ "version": 2, "driver": "fake", "leases": [] }""", "another version")]
    public async Task A_file_that_nobody_can_read_is_told_of_and_stays(string content, string why)
    {
        var run = SomeRun.In(_state);
        End(run);
        await File.WriteAllTextAsync(_state.LeasesOf(run.Run), content, Cancellation);
        await _leases.ReleaseAsync([run.Run], this, Cancellation);

        Assert.Contains(why, Assert.Single(_failures), StringComparison.Ordinal);
        Assert.Equal([run.Run], _leases.Store.Runs());
    }

    [Fact]
    public async Task A_draft_whose_writer_was_killed_goes_with_its_run()
    {
        var run = SomeRun.In(_state);
        End(run);
        await File.WriteAllTextAsync(_state.LeasesOf(run.Run) + ".new", "{ \"ver", Cancellation);
        Assert.Equal([run.Run], _leases.Store.Runs());
        await _leases.ReleaseAsync([run.Run], this, Cancellation);

        Assert.Empty(Directory.GetFileSystemEntries(_state.Leases));
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task Whoever_is_interrupted_while_he_waits_for_an_answer_says_so_and_the_lease_stays()
    {
        var run = await HeldAsync("a");
        End(run);
        _lessor.Hangs = true;
        using var interruption = new CancellationTokenSource();
        var releasing = _leases.ReleaseAsync([run.Run], this, interruption.Token);
        await interruption.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => releasing);
        Assert.Equal([run.Run], _leases.Store.Runs());
    }

    void ILeaseObserver.Released(VmId run, Lease lease)
    {
        lock (_released)
        {
            _released.Add(lease.Name);
        }
    }

    void ILeaseObserver.NotReleased(VmId run, string what, string why) => _failures.Add($"{what}: {why}");

    private sealed class Unheard : IServiceReporter
    {
        public void Tell(ServiceEvent happened, DateTimeOffset at)
        {
        }

        public IRunReporter OfRun(string instance) => throw new NotSupportedException();
    }

    private async Task<RunContext> HeldAsync(params string[] names)
    {
        var run = SomeRun.In(_state);
        foreach (var name in names)
        {
            await HoldAsync(run, name);
        }

        return run;
    }

    private Task<bool> HoldAsync(RunContext run, string name) => run.AcquireAsync(FakeLessor.Desk(name), _ =>
    {
        _lessor.Hold(name);
        return Task.FromResult(true);
    });

    private void End(RunContext run) => Directory.Delete(_state.PathOf(run.Run), recursive: true);

    private IReadOnlyList<NotedLease> Noted(RunContext run) => _leases.Store.Read(run.Run)!.Leases;
}

using Microsoft.Extensions.Time.Testing;
using Orchestrator.Signals;
using Orchestrator.State;

namespace Orchestrator.Tests.Signals;

/// <summary>What a run makes of signals, by whatever ways they come.</summary>
public sealed class StopSignalsTests : IDisposable
{
    private const int HangUp = 1;
    private const int Interrupt = 2;
    private const int Retire = 10;
    private const int AtOnce = 12;
    private const int Terminate = 15;

    private readonly FakeTimeProvider _time = new();
    private readonly StopRequests _requests = new();
    private readonly StopSignals _signals;

    public StopSignalsTests() => _signals = new StopSignals(_requests, _time);

    private (bool Graceful, bool Forceful) Asked => (_requests.Graceful.IsCancellationRequested, _requests.Forceful.IsCancellationRequested);

    public void Dispose() => _requests.Dispose();

    [Theory]
    [InlineData(HangUp)]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public void The_first_signal_asks_for_an_orderly_end(int signal)
    {
        Assert.Equal((false, false), Asked);
        _signals.Take(signal);
        Assert.Equal((true, false), Asked);
        Assert.Equal(signal, _signals.First);
    }

    [Fact]
    public void Another_process_asks_no_more_of_a_watched_machine_than_that_it_ends_without_a_job()
    {
        var reasons = new List<RetireReason>();
        _requests.OnRetire(reasons.Add);

        _signals.Take(Retire);

        Assert.Equal([RetireReason.Asked], reasons);
        Assert.Equal((false, false), Asked);
        Assert.Equal(Terminate, _signals.First);
        _signals.Take(Interrupt);
        Assert.Equal((true, false), Asked);
        Assert.Equal(Interrupt, _signals.First);
    }

    [Fact]
    public void What_nobody_watches_yet_has_no_job()
    {
        _signals.Take(Retire);
        _signals.Take(Retire);

        Assert.Equal((true, false), Asked);
    }

    [Theory]
    [InlineData(Interrupt, Interrupt)]
    [InlineData(Interrupt, Terminate)]
    [InlineData(Terminate, Terminate)]
    [InlineData(HangUp, Terminate)]
    public void A_second_one_that_a_person_may_have_thought_about_asks_for_an_end_at_once(int first, int second)
    {
        _signals.Take(first);
        _time.Advance(SignalBurst.Length);
        _signals.Take(second);
        Assert.Equal((true, true), Asked);
        Assert.Equal(first, _signals.First);
    }

    [Theory]
    [InlineData(Terminate, Terminate)] // timeout(1): its command, then the process group with the command in it
    [InlineData(Interrupt, Interrupt)] // a terminal, and a shell that hands on what it got too
    [InlineData(Interrupt, Terminate)] // a terminal, and a supervisor that ends what it started
    [InlineData(Terminate, HangUp)] // systemd, where a session ends
    [InlineData(HangUp, Terminate)]
    public void What_comes_by_two_ways_at_once_is_one_request(int first, int second)
    {
        _signals.Take(first);
        _time.Advance(SignalBurst.Length - TimeSpan.FromTicks(1));
        _signals.Take(second);
        Assert.Equal((true, false), Asked);

        _time.Advance(TimeSpan.FromTicks(1));
        _signals.Take(Interrupt);
        Assert.Equal((true, true), Asked);
    }

    [Fact]
    public void Keys_that_are_held_down_are_not_overlooked_for_ever()
    {
        for (var pressed = 0; pressed < 5; pressed++)
        {
            _signals.Take(Interrupt);
            _time.Advance(SignalBurst.Length / 4);
        }

        Assert.Equal((true, true), Asked);
    }

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(HangUp)]
    public void A_terminal_that_is_closed_while_the_guest_powers_down_changes_nothing(int first)
    {
        _signals.Take(first);
        _time.Advance(TimeSpan.FromSeconds(10));
        _signals.Take(HangUp);
        Assert.Equal((true, false), Asked);
    }

    [Theory]
    [InlineData(null, Terminate)]
    [InlineData(Interrupt, Interrupt)]
    public void Another_process_may_ask_for_an_end_at_once_whatever_came_before(int? before, int first)
    {
        if (before is { } signal)
        {
            _signals.Take(signal);
        }

        _signals.Take(AtOnce);

        Assert.Equal((true, true), Asked);
        Assert.Equal(first, _signals.First);
    }

    [Theory]
    [InlineData(HangUp, HangUp)]
    [InlineData(Interrupt, Interrupt)]
    [InlineData(AtOnce, Terminate)]
    public void While_nothing_was_made_the_first_one_ends_the_process(int signal, int by)
    {
        var ended = 0;
        var signals = new StopSignals(_requests, _time, number => ended = number);

        signals.Take(signal);
        Assert.Equal((by, (false, false)), (ended, Asked));

        _requests.Begin();
        signals.Take(Interrupt);
        Assert.Equal((by, (true, false)), (ended, Asked));
    }

    [Fact]
    public void Where_no_signal_came_the_run_counts_as_interrupted() => Assert.Equal(Interrupt, _signals.First);
}

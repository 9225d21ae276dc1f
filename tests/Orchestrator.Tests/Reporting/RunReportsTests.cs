using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Tests.Output;

namespace Orchestrator.Tests.Reporting;

public sealed class RunReportsTests : IRunReporter, IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly ManualResetEventSlim _reading = new(initialState: true);
    private readonly List<(RunEvent Happened, DateTimeOffset At)> _told = [];
    private readonly List<string> _lost = [];

    [Fact]
    public async Task Everything_is_told_in_order_with_the_time_at_which_it_happened()
    {
        var begin = _time.GetUtcNow();
        await using (var queue = new RunReports(this, _lost.Add, _time))
        {
            _reading.Reset();
            queue.Observe(new RunEvent.Prepared());
            _time.Advance(TimeSpan.FromSeconds(1));
            queue.Observe(new RunEvent.TrayOpened());
            _time.Advance(TimeSpan.FromSeconds(1));
            _reading.Set();
        }

        Assert.Equal([(new RunEvent.Prepared(), begin), (new RunEvent.TrayOpened(), begin + TimeSpan.FromSeconds(1))], _told);
    }

    [Fact]
    public async Task Nobody_waits_for_a_terminal_that_is_paused()
    {
        _reading.Reset();
        var queue = new RunReports(this, _lost.Add, _time);
        for (var count = 0; count < 50_000; count++)
        {
            queue.Observe(new RunEvent.GuestRebooted());
        }

        queue.Observe(new RunEvent.Prepared());
        var ending = queue.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        await ending.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_full_disk_under_the_events_does_not_disturb_the_run_and_is_an_error_at_its_end()
    {
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var queue = new RunReports(new JsonRunReporter(full, "vm-1"), _lost.Add, _time);
        queue.Observe(new RunEvent.Prepared());
        queue.Observe(new RunEvent.TrayOpened());

        var failure = await Assert.ThrowsAsync<HostException>(async () => await queue.DisposeAsync());

        Assert.StartsWith("the run's events cannot be written: No space left", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_has_gone_is_told_of_once_and_is_no_error_at_the_end()
    {
        using var pipe = new BrokenPipe();
        await using (var queue = new RunReports(new JsonRunReporter(pipe.Stream, "vm-1"), _lost.Add, _time))
        {
            queue.Observe(new RunEvent.Prepared());
            queue.Observe(new RunEvent.TrayOpened());
        }

        Assert.Equal(["whoever read the pipe has gone"], _lost);
    }

    public void Dispose()
    {
        _reading.Set();
        _reading.Dispose();
    }

    void IRunReporter.Tell(RunEvent happened, DateTimeOffset at)
    {
        _reading.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        _told.Add((happened, at));
    }
}

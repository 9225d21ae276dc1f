using Orchestrator.Drivers;
using Orchestrator.Linux.Tests.Files;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Tests.Recovery;

/// <summary>Whatever lies in a dead run's directory, and whatever its hypervisor does: the other dead runs go, and the secrets of all of them first.</summary>
public sealed class OddFileTests
{
    [Theory]
    [InlineData(RunFiles.Journal, "a FIFO")]
    [InlineData(RunFiles.Journal, "a directory")]
    [InlineData(RunFiles.Journal, "a symbolic link")]
    [InlineData(RunFiles.Events, "a FIFO")]
    [InlineData(RunFiles.Events, "a directory")]
    [InlineData(RunFiles.Events, "a symbolic link")]
    [InlineData(RunFiles.HypervisorLog, "a socket")]
    [InlineData(RunFiles.ConsoleLog, "a FIFO")]
    [InlineData(RunFiles.ConsoleLog, "a character device")]
    [InlineData("stranger", "a FIFO")]
    public async Task What_is_no_file_is_neither_opened_nor_followed_and_goes_with_the_run(string name, string kind)
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        Put(host, run, name, kind);
        var other = await host.AbandonAsync(RunOwnerKind.Foreground);

        await host.SweepAsync();

        Assert.Empty(host.Failures);
        Assert.Empty(host.Left);
        Assert.Equal(Sorted(run, other), Sorted([.. host.Removals.Select(removal => removal.Run)]));
        Assert.False(Path.Exists(Path.Combine(host.History.PathOf(run), name)));
        Assert.Equal(Sorted(run, other), host.History.Read().Summaries.Select(past => past.Run));
    }

    [Theory]
    [InlineData("a FIFO")]
    [InlineData("a directory")]
    [InlineData("a symbolic link")]
    public async Task A_run_whose_lock_is_none_is_told_and_left_and_no_other(string kind)
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        Put(host, run, RunFiles.Lock, kind);
        var other = await host.AbandonAsync(RunOwnerKind.Foreground);

        var file = Path.Combine(host.State.PathOf(run), RunFiles.Lock);
        var failure = $"run {run}: lock '{file}': it is {kind}, not a regular file; remove it";

        await host.SweepAsync(dryRun: true);

        Assert.Equal(failure, Assert.Single(host.Failures));
        Assert.Equal(other, Assert.Single(host.Removals).Run);

        await host.SweepAsync();

        Assert.Equal([failure, failure], host.Failures);
        Assert.Equal([other, other], host.Removals.Select(removal => removal.Run));
        Assert.True(Directory.Exists(host.State.PathOf(run)));
    }

    [Fact]
    public async Task A_journal_that_grew_without_bound_is_not_copied()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        using (var journal = File.OpenWrite(Path.Combine(host.State.PathOf(run), RunFiles.Journal)))
        {
            journal.SetLength(20L << 30);
        }

        await host.SweepAsync();

        Assert.Empty(host.Left);
        Assert.Equal([RunHistory.Summary], Directory.GetFiles(host.History.PathOf(run)).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_is_no_summary_is_told_as_damaged_and_nobody_waits_for_it()
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(RunOwnerKind.Foreground);
        await host.SweepAsync();
        var summary = Path.Combine(host.History.PathOf(run), RunHistory.Summary);
        File.Delete(summary);
        OddFile.Make("a FIFO", summary);

        Assert.Equal([summary], host.History.Read().Unreadable);
        host.History.Trim();
    }

    [Fact]
    public async Task The_secrets_of_every_dead_run_go_before_anything_else_of_any()
    {
        using var host = new RecoveryFixture();
        var runs = new HashSet<VmId>();
        while (runs.Count < 3)
        {
            runs.Add(await host.AbandonAsync(RunOwnerKind.Foreground));
        }

        HashSet<VmId>? erased = null;
        host.Driver.WhileDestroying = _ =>
        {
            erased ??= [.. host.Driver.Erased];
            return Task.CompletedTask;
        };

        await host.SweepAsync();

        Assert.Equal(runs, erased);
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData(RunOwnerKind.Foreground, false)]
    [InlineData(RunOwnerKind.Service, true)]
    internal async Task Where_the_hypervisor_does_not_answer_the_secrets_go_that_serve_nobody(RunOwnerKind kind, bool kept)
    {
        using var host = new RecoveryFixture();
        var run = await host.AbandonAsync(kind);
        host.Driver.WhileListing = _ => throw new HostException(HostProblem.ServiceUnavailable, "nobody answers");

        await host.SweepAsync();

        Assert.Equal(run, Assert.Single(host.Leavings).Run);
        Assert.Equal(kept, !host.Driver.Erased.Contains(run));
    }

    [Fact]
    public async Task A_removal_that_hangs_does_not_keep_the_others()
    {
        using var host = new RecoveryFixture();
        var stuck = await host.AbandonAsync(RunOwnerKind.Foreground);
        host.Time.Advance(TimeSpan.FromSeconds(1)); // ids sort by the second
        var other = await host.AbandonAsync(RunOwnerKind.Foreground);
        TaskCompletionSource hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Driver.WhileDestroying = _ => hangs.TrySetResult() ? new TaskCompletionSource().Task : Task.CompletedTask;

        var sweeping = host.SweepAsync();
        await hangs.Task;
        while (host.Failures.Count == 0 && !sweeping.IsCompleted)
        {
            host.Time.Advance(RunSweep.Patience); // its wait may begin a moment after the removal
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await sweeping;

        Assert.StartsWith($"run {stuck}: its removal did not end within 60 s", Assert.Single(host.Failures), StringComparison.Ordinal);
        Assert.Equal(other, Assert.Single(host.Removals).Run);
        Assert.NotNull(JournalReading.Read(host.State.PathOf(stuck)).Journal);
    }

    [Fact]
    public async Task Secrets_that_cannot_be_erased_in_time_do_not_keep_the_others()
    {
        using var host = new RecoveryFixture();
        var stuck = await host.AbandonAsync(RunOwnerKind.Foreground);
        host.Time.Advance(TimeSpan.FromSeconds(1)); // ids sort by the second
        var other = await host.AbandonAsync(RunOwnerKind.Foreground);
        TaskCompletionSource hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Driver.WhileErasing = () =>
        {
            if (hangs.TrySetResult())
            {
                over.Task.GetAwaiter().GetResult();
            }
        };

        var sweeping = host.SweepAsync();
        await hangs.Task;
        while (host.Failures.Count == 0 && !sweeping.IsCompleted)
        {
            host.Time.Advance(RunSweep.Patience); // its wait may begin a moment after the erasing
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await sweeping;
        over.SetResult();

        Assert.StartsWith($"run {stuck}: its configuration was not erased within 60 s", Assert.Single(host.Failures), StringComparison.Ordinal);
        Assert.Equal(other, Assert.Single(host.Removals).Run);
    }

    private static IEnumerable<string> Sorted(params VmId[] runs) => runs.Select(run => run.Value).Order(StringComparer.Ordinal);

    private static void Put(RecoveryFixture host, VmId run, string name, string kind)
    {
        var path = Path.Combine(host.State.PathOf(run), name);
        File.Delete(path);
        OddFile.Make(kind, path);
    }
}

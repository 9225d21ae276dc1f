using System.Diagnostics;
using System.Globalization;
using Orchestrator.Operations;
using Orchestrator.State;
using Orchestrator.Tests.Recovery;

namespace Orchestrator.Tests.Operations;

/// <summary>What the process that answers for a run is sent, by one that does not react as an orchestrator would.</summary>
public sealed class OwnerSignalTests : IDisposable
{
    // Who waits for a process collects it where it is a child; so the owner is a child's child, and that one says how it ended.
    private const string Script = "sleep 1000 & echo $!; wait $!; echo $?";

    private const int EndedByTerminate = 128 + 15;
    private const int EndedByUser2 = 128 + 12;
    private const int Killed = 128 + 9;

    private readonly RecoveryFixture _host = new();
    private readonly Process _parent;
    private readonly int _owner;

    public OwnerSignalTests()
    {
        _parent = Process.Start(new ProcessStartInfo("sh", ["-c", Script]) { RedirectStandardOutput = true })!;
        _owner = int.Parse(_parent.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _parent.Kill(entireProcessTree: true);
        _parent.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(false, EndedByTerminate)]
    [InlineData(true, EndedByUser2)]
    public async Task An_owner_is_asked_or_told_and_waited_for(bool now, int ended)
    {
        await StopAsync(now, stopped: null, TestContext.Current.CancellationToken).Soon();
        Assert.Equal(ended, await EndedAsync());
    }

    [Fact]
    public async Task An_owner_that_was_asked_already_is_not_asked_twice_which_would_be_an_order()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => StopAsync(now: false, StopCause.Stopped, new CancellationToken(canceled: true)).Soon());

        using (var owner = Process.GetProcessById(_owner))
        {
            owner.Kill();
        }

        Assert.Equal(Killed, await EndedAsync());
    }

    private async Task<int> EndedAsync() =>
        int.Parse((await _parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Soon())!, CultureInfo.InvariantCulture);

    private async Task StopAsync(bool now, StopCause? stopped, CancellationToken cancellationToken)
    {
        // proc(5): when it started is field 22, the 20th after the name in parentheses.
        var started = (await File.ReadAllTextAsync($"/proc/{_owner}/stat", TestContext.Current.CancellationToken)).Split(')')[1].Split(' ')[20];
        var run = await _host.AbandonAsync(RunOwnerKind.Foreground, change: journal => journal with
        {
            Owner = RunOwner.ThisProcess(RunOwnerKind.Foreground) with
            {
                Pid = _owner,
                StartTicks = long.Parse(started, CultureInfo.InvariantCulture),
            },
            StopCause = stopped,
        });
        using var held = RunDirectory.TryTake(_host.State.PathOf(run));
        var entry = Assert.Single((await _host.TakeInventoryAsync()).Runs);
        await new RunStopper(_host.State, _host.History, _host.Leases, _host.Drivers, _host.Time).StopAsync(entry, now, _host, cancellationToken);
    }
}

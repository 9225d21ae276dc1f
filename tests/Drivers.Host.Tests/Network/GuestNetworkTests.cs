using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Tests.Network;

/// <summary>Whether the end of a network is told: where its machine goes on without it, and nowhere else.</summary>
public sealed class GuestNetworkTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-network-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly VmEventQueue _events = new();
    private readonly TaskCompletionSource _over = new();
    private bool _seen = true;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task One_that_ended_while_nobody_watched_is_told_when_somebody_does()
    {
        NoteAnEndedOne();

        var watching = WatchAsync();
        while (!watching.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.IsType<VmEvent.NetworkLost>(Assert.Single(await ToldAsync()));
    }

    [Fact]
    public async Task While_the_end_of_its_machine_would_not_be_seen_nothing_is_told()
    {
        NoteAnEndedOne();
        _seen = false;

        var watching = WatchAsync();
        for (var second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False(watching.IsCompleted);
        _over.SetResult();
        await watching;
        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task One_that_ends_with_its_machine_is_not_told()
    {
        NoteAnEndedOne();

        var watching = WatchAsync();
        _over.SetResult();
        await watching;

        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task A_machine_without_one_loses_none()
    {
        await WatchAsync();

        Assert.Empty(await ToldAsync());
    }

    // As every process of an earlier boot has.
    private void NoteAnEndedOne() =>
        new NoteFile<NetworkNote>(Path.Combine(_directory, "network.json"), NetworkNoteContext.Default.NetworkNote)
            .Replace(new NetworkNote(ProcessTable.Identify(Environment.ProcessId)!.Value with { StartTicks = 0 }));

    private Task WatchAsync() => GuestNetwork.WatchAsync(_directory, _events, _over.Task, () => _seen, _time, TestContext.Current.CancellationToken);

    private async Task<IReadOnlyList<VmEvent>> ToldAsync()
    {
        _events.End();
        return await _events.ReadAllAsync().ToListAsync(TestContext.Current.CancellationToken);
    }
}

using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Host.Tests.Machines;

/// <summary>A FIFO whose writer stands for QEMU.</summary>
public sealed class GuestPortTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("port-");
    private readonly FakeTimeProvider _clock = new();
    private readonly VmEventQueue _events = new();
    private readonly FileStream _qemu;

    public GuestPortTests()
    {
        Libc.MakeFifo(Path, 0x180);
        _qemu = new FileStream(Libc.Open(Path, Libc.ReadWrite), FileAccess.ReadWrite, bufferSize: 0);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Path => System.IO.Path.Combine(_directory.FullName, "guest.fifo");

    public void Dispose()
    {
        _qemu.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task What_was_said_before_anybody_listened_is_heard_and_the_last_words_too()
    {
        Say("ready");
        var port = NewPort();
        port.Listen();
        await using var events = _events.ReadAllAsync().GetAsyncEnumerator(Token);
        Assert.True(await events.MoveNextAsync());

        Say("job-ended");
        _qemu.Dispose();
        await port.EndAsync();
        _events.Publish(new VmEvent.Resumed());

        Assert.Equal(new VmEvent.GuestSaid(new GuestReport.Ready()), events.Current);
        Assert.Equal(new VmEvent.GuestSaid(new GuestReport.JobEnded(null)), await NextAsync(events));
        Assert.IsType<VmEvent.Resumed>(await NextAsync(events));
    }

    [Fact]
    public async Task Who_listens_no_more_leaves_what_is_said_to_the_next()
    {
        var first = NewPort();
        first.Listen();
        await first.StopAsync();
        Say("ready");
        var second = NewPort();
        second.Listen();
        await using var events = _events.ReadAllAsync().GetAsyncEnumerator(Token);

        Assert.Equal(new VmEvent.GuestSaid(new GuestReport.Ready()), await NextAsync(events));
        await second.StopAsync();
    }

    [Fact]
    public async Task A_flood_is_read_no_faster_than_it_may_be_and_holds_up_no_end()
    {
        var port = NewPort();
        port.Listen();
        var flood = Task.Run(
            () =>
            {
                var lines = Enumerable.Repeat("{\"event\":\"ready\"}\n"u8.ToArray(), 10_000).SelectMany(line => line).ToArray();
                _qemu.Write(lines);
            },
            Token);
        await using var events = _events.ReadAllAsync().GetAsyncEnumerator(Token);
        while (await NextAsync(events) is not VmEvent.GuestUnheard(1))
        {
        }

        // The clock stands still, so that nothing more is read: most of it waits in the guest.
        Assert.False(flood.IsCompleted);
        var clock = Stopwatch.StartNew();
        var ending = port.EndAsync();
        await flood.WaitAsync(Token);
        _qemu.Dispose();
        await ending.WaitAsync(Token);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
        Assert.Equal(new VmEvent.GuestUnheard(10_000 - GuestLines.AtOnce), await NextAsync(events));
    }

    [Fact]
    public async Task A_fifo_that_somebody_keeps_open_holds_up_no_end_for_long()
    {
        var port = NewPort();
        port.Listen();

        var ending = port.EndAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));

        await ending.WaitAsync(Token);
    }

    [Fact]
    public async Task A_machine_without_a_port_is_heard_nothing_of()
    {
        File.Delete(Path);
        var port = NewPort();
        port.Listen();
        await port.EndAsync();
        _events.End();

        Assert.Empty(await _events.ReadAllAsync().ToListAsync(Token));
    }

    private static async Task<VmEvent> NextAsync(IAsyncEnumerator<VmEvent> events)
    {
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), Token));
        return events.Current;
    }

    private GuestPort NewPort() => new(Path, _events, _clock);

    private void Say(string what) => _qemu.Write(System.Text.Encoding.UTF8.GetBytes($"{{\"event\":\"{what}\"}}\n"));
}

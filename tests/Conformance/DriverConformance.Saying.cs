using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <content>What a guest says of itself by its port.</content>
public abstract partial class DriverConformance<TDriver>
{
    private const string Ready = """{"event":"ready"}""";
    private const string JobStarted = """{"event":"job-started","name":"build"}""";
    private const string JobEnded = """{"event":"job-ended","result":"Succeeded"}""";

    [Fact]
    public async Task What_a_guest_says_by_its_port_is_told_in_order_and_before_its_end()
    {
        var watched = await StartAsync(new TinyPlan
        {
            Say = [Ready, JobStarted, "nonsense", """{"event":"dance"}""", """{"event":"status","text":"half \u001b[2J done"}""", JobEnded],
        });
        await watched.EndsAsync(Token);

        Assert.Equal<VmEvent>(
            [
                new VmEvent.GuestSaid(new GuestReport.Ready()),
                new VmEvent.GuestSaid(new GuestReport.JobStarted("build")),
                new VmEvent.GuestSaid(new GuestReport.Status("half [2J done")),
                new VmEvent.GuestSaid(new GuestReport.JobEnded("Succeeded")),
            ],
            watched.Events.Said.Where(happened => happened is VmEvent.GuestSaid or VmEvent.GuestUnheard));
        Assert.IsType<VmEvent.Stopped>(watched.Events.Said[^1]);
    }

    [Fact]
    public async Task A_guest_that_floods_its_port_is_heard_a_little_and_ends_like_any_other()
    {
        var watched = await StartAsync(new TinyPlan { Say = [Ready], SayFlood = true });
        var exit = await watched.EndsAsync(Token);

        Assert.Equal(VmExitReason.GuestShutdown, exit.Reason);
        Assert.InRange(watched.Events.Said.Count(happened => happened is VmEvent.GuestSaid), GuestLines.AtOnce, 2 * GuestLines.AtOnce);
        Assert.Equal(2, watched.Events.Said.Count(happened => happened is VmEvent.GuestUnheard));
    }

    [Fact]
    public async Task Whoever_attaches_to_a_machine_hears_what_its_guest_says()
    {
        var watched = await StartAsync(new TinyPlan { Say = [Ready, "2", JobStarted], Finish = "hang" });
        await watched.HappensAsync<VmEvent.GuestSaid>(Token);
        await watched.Removed.WaitAsync(Token);
        await watched.DetachAsync();

        var attached = await AttachAsync(harness.CreateDriver(), watched.Spec);
        await attached.SaysAsync("hanging", Token);
        await attached.Machine.KillAsync(Token);
        await attached.EndsAsync(Token);

        // In between nobody listened; whether it spoke then depends on who is how fast.
        Assert.Equal<VmEvent>(
            [new VmEvent.GuestSaid(new GuestReport.Ready()), new VmEvent.GuestSaid(new GuestReport.JobStarted("build"))],
            watched.Events.Said.Concat(attached.Events.Said).Where(happened => happened is VmEvent.GuestSaid));
    }
}

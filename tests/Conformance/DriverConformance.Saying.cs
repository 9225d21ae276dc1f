using Orchestrator.Conformance.Harness;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

/// <content>What a guest says of itself by its port.</content>
public abstract partial class DriverConformance<TDriver>
{
    [Fact]
    public async Task What_a_guest_says_by_its_port_is_told_in_order_and_before_its_end()
    {
        var life = await harness.OrdinaryLifeAsync();

        Assert.Equal<VmEvent>(
            [
                new VmEvent.GuestSaid(new GuestReport.Ready()),
                new VmEvent.GuestSaid(new GuestReport.JobStarted("build")),
                new VmEvent.GuestSaid(new GuestReport.Status("half [2J done")),
                new VmEvent.GuestSaid(new GuestReport.JobEnded("Succeeded")),
            ],
            life.Events.Where(happened => happened is VmEvent.GuestSaid or VmEvent.GuestUnheard));
        Assert.IsType<VmEvent.Stopped>(life.Events[^1]);
    }

    [Fact]
    public async Task A_guest_that_floods_its_port_is_heard_a_little_and_ends_like_any_other()
    {
        var watched = await StartAsync(new TinyPlan { Say = [TinyPlan.Ready], SayFlood = true });
        var exit = await watched.EndsAsync(Token);

        Assert.Equal(VmExitReason.GuestShutdown, exit.Reason);
        Assert.InRange(watched.Events.Said.Count(happened => happened is VmEvent.GuestSaid), GuestLines.AtOnce, 2 * GuestLines.AtOnce);
        Assert.Equal(2, watched.Events.Said.Count(happened => happened is VmEvent.GuestUnheard));
    }
}

using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

public sealed class UpCrashTests(QemuWorkshop workshop) : UpCrashStories(workshop)
{
    // Longer than the test takes to see that the machine is waited for: the guest ends by itself afterwards.
    private const string Working = """{ "stay-up-seconds": 5 }""";

    [Fact]
    public async Task A_guest_whose_QEMU_does_not_answer_when_its_next_service_starts_keeps_its_job_and_ends_by_itself()
    {
        await using var bench = new Workbench();
        bench.ShortenGrace();
        using var life = await Life.OfServiceAsync(bench, LifeStep.ConfigurationRemoved, Working);
        var run = Path.GetFileName(bench.RunDirectory);
        await life.KillAsync(Victims.Orchestrator);
        var qemu = bench.Qemu;
        ProcessControl.Send(qemu, ProcessControl.Stop);

        var next = bench.Start("up", "--json");
        Assert.Contains("it goes on, and is tried again", await next.EventAsync("warning"), StringComparison.Ordinal);
        Assert.Matches($@"(?m)^{bench.Name}\s+{run}\s+qemu\s+unreachable\s", (await bench.Start("list").EndAsync()).Exited(0).Output);
        Assert.Equal(qemu, bench.Qemu);

        ProcessControl.Send(qemu, ProcessControl.Continue);
        Assert.Contains(run, await next.EventAsync("adopted"), StringComparison.Ordinal);
        var ended = await next.EventAsync("ended");
        Assert.Contains(run, ended, StringComparison.Ordinal);
        Assert.Contains("\"guest-shutdown\"", ended, StringComparison.Ordinal);
        await next.DrainedAsync();
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_guest_whose_QEMU_does_not_answer_its_next_service_can_be_stopped_and_so_can_the_service(bool service)
    {
        await using var bench = new Workbench();
        bench.ShortenGrace();
        using var life = await Life.OfServiceAsync(bench, LifeStep.Started);
        await life.KillAsync(Victims.Orchestrator);
        var qemu = bench.Qemu;
        ProcessControl.Send(qemu, ProcessControl.Stop);
        var next = bench.Start("up", "--json");
        await next.EventAsync("warning");

        if (!service)
        {
            (await bench.Start("stop", bench.Name).EndAsync()).Exited(0);
            await next.EventAsync("created");
        }

        await next.DrainedAsync();
        bench.AssertNothingLeft();
    }
}

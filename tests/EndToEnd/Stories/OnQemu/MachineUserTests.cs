using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

/// <summary>Root's machines, each under a user of its own.</summary>
public sealed class MachineUserTests
{
    [Fact]
    public async Task Machines_of_two_orchestrators_share_no_user_and_are_found_and_ended_by_those_who_come_later()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run programs as other users");
        await using var bench = new Workbench();
        await using var neighbour = new Workbench();
        var (run, other) = (await StartAsync(bench), await StartAsync(neighbour));
        var (user, another) = (HostProcesses.UserOf(bench.Qemu), HostProcesses.UserOf(neighbour.Qemu));
        Assert.InRange(user, 2_100_000_000u, 2_100_065_535u);
        Assert.InRange(another, 2_100_000_000u, 2_100_065_535u);
        Assert.NotEqual(user, another);
        Assert.Equal(2, HostProcesses.Mentioning("passt --quiet").Count(process => HostProcesses.UserOf(process.Pid) is var its && (its == user || its == another)));

        await bench.KillAsync(Victims.Orchestrator, run);
        Assert.Equal(user, HostProcesses.UserOf(bench.Qemu));
        await bench.AssertSweptByGcAsync();
        Assert.Equal(another, HostProcesses.UserOf(neighbour.Qemu));
        other.Interrupt();
        (await other.EndAsync()).Exited(130);
        neighbour.AssertNothingLeft();
    }

    [Fact]
    public async Task One_user_for_all_is_told()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run programs as other users");
        await using var bench = new Workbench();
        bench.Environment["ORCHESTRATOR_QEMU__RUN_AS"] = "root";

        var outcome = (await bench.Start("validate").EndAsync()).Exited(0);

        Assert.Contains(outcome.ErrorLines, line => line.StartsWith("warning: qemu.run-as = root: ", StringComparison.Ordinal));
        Assert.Contains(outcome.ErrorLines, line => line.EndsWith("1 instance, with warnings", StringComparison.Ordinal));
    }

    private static async Task<StartedProgram> StartAsync(Workbench bench)
    {
        bench.ShortenGrace();
        await bench.DescribeAsync(
            SectorGuest.Stays, new JsonObject { ["secret"] = bench.Secret.Value }.ToJsonString(), instance => instance["network"] = "internet");
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        return run;
    }
}

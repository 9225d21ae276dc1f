using System.Net.Sockets;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>A libvirtd that takes connections and never says a word: whoever had to do with it ends all the same.</summary>
public sealed class SilentDaemonTests
{
    [Theory]
    [InlineData("list")]
    public async Task A_command_ends_whose_daemon_is_silent(params string[] command)
    {
        await using var bench = new Workbench();
        using var silent = Listen(bench);
        bench.Describe(change: instance => instance["driver"] = "libvirt");
        AbandonLibvirtRun(bench);

        var started = bench.Start(command);
        await started.ErrorLineAsync("did not answer");
        await started.EndAsync();
    }

    [Fact]
    public async Task A_run_of_one_driver_ends_though_the_daemon_of_the_other_is_silent()
    {
        await using var bench = new Workbench();
        using var silent = Listen(bench);
        await bench.DescribeAsync(SectorGuest.PowersOff);
        AbandonLibvirtRun(bench);

        (await bench.StartRun().EndAsync()).Exited(0);
    }

    [Fact]
    public async Task The_first_interrupt_ends_a_run_whose_daemon_is_silent()
    {
        await using var bench = new Workbench();
        using var silent = Listen(bench);
        bench.Describe(change: instance => instance["driver"] = "libvirt");
        var run = bench.StartRun("--json");
        await run.EventAsync("created");

        run.Interrupt();

        var ended = (await run.EndAsync()).Exited(130);
        Assert.Equal(["created", "ended"], new RunEvents(ended.Output).Names);
        bench.AssertNothingLeft();
    }

    private static Socket Listen(Workbench bench)
    {
        var path = bench.PathOf("silent.sock");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(64);
        bench.Environment["ORCHESTRATOR_LIBVIRT__URI"] = $"qemu+unix:///system?socket={path}";
        return socket;
    }

    // What a run under libvirt leaves when its orchestrator is killed early enough.
    private static void AbandonLibvirtRun(Workbench bench)
    {
        var run = Directory.CreateDirectory(Path.Combine(bench.StateDirectory, "runs", "20260101-000000-abcde"), (UnixFileMode)0b111_000_000);
        File.SetUnixFileMode(bench.StateDirectory, (UnixFileMode)0b111_000_000);
        File.WriteAllText(Path.Combine(run.FullName, "lock"), "");
        File.WriteAllText(Path.Combine(run.FullName, "libvirt.json"), "{}");
    }
}

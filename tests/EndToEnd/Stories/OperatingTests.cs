using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>What an operator does to runs of another process, and sees of past ones.</summary>
public sealed class OperatingTests
{
    private const string Hangs = """{ "tiny": { "finish": "hang" } }""";

    [Fact]
    public async Task A_run_of_another_process_is_listed_entered_read_and_stopped()
    {
        await using var bench = new Workbench();
        bench.Describe(Hangs);
        var run = bench.StartRun();
        await run.ErrorLineAsync("configuration removed");

        var listed = (await bench.Start("list").EndAsync()).Exited(0).Output;
        var rows = JsonElement.Parse((await bench.Start("ps", "--json").EndAsync()).Exited(0).Output);
        var whoami = (await bench.StartAny(
            "sshpass", "-p", "password", Artifacts.Program, "ssh", bench.Name, "--state-dir", bench.StateDirectory, "--", "whoami").EndAsync()).Exited(0);
        var logs = (await bench.Start("logs", bench.Name).EndAsync()).Exited(0).Output;
        var events = (await bench.Start("logs", bench.Name, "--events").EndAsync()).Exited(0).Output;
        var stopped = (await bench.Start("stop", bench.Name).EndAsync()).Exited(0);

        Assert.Matches($@"(?m)^{bench.Name}\s+\S+\s+qemu\s+running\s+\d+s\s+\dm \d\ds\s+{bench.SshPort}\s+read$", listed);
        Assert.Equal(bench.Name, Assert.Single(rows.EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("manage\n", whoami.Output);
        Assert.Contains("guest: ejected", logs, StringComparison.Ordinal);
        Assert.Contains("\"event\":\"configuration-removed\"", events, StringComparison.Ordinal);
        Assert.Contains("is over", stopped.ErrorLines[^1], StringComparison.Ordinal);
        (await run.EndAsync()).Exited(143);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task An_owner_that_is_stopped_is_named()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        ProcessControl.Send(run.Pid, ProcessControl.Stop);

        var listed = (await bench.Start("list").EndAsync()).Exited(0).Output;
        Assert.Matches($@"(?m)^{bench.Name}\s+\S+\s+qemu\s+owner-stopped\s", listed);
        (await bench.Start("stop", bench.Name).EndAsync()).Exited(3).OneError($"process {run.Pid}, is stopped", $"kill -CONT {run.Pid}");

        ProcessControl.Send(run.Pid, ProcessControl.Continue);
        (await bench.Start("stop", bench.Name, "--now").EndAsync()).Exited(0);
        (await run.EndAsync()).Exited(143);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_log_is_followed_until_the_run_is_over_and_the_console_can_be_typed_into()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        Assert.EndsWith($"; ssh -p {bench.SshPort} manage@127.0.0.1", await run.ErrorLineAsync("started"), StringComparison.Ordinal);
        var log = bench.Start("logs", bench.Name, "-f");
        await log.OutputLineAsync("SeaBIOS");
        var console = bench.Start("console", bench.Name);
        await console.ErrorLineAsync("Ctrl+] leaves it");

        (await bench.Start("stop", bench.Name, "--now").EndAsync()).Exited(0);

        (await run.EndAsync()).Exited(143);
        (await log.EndAsync()).Exited(0);
        (await console.EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Signals_that_come_by_two_ways_at_once_leave_the_guest_its_grace()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Stays);
        bench.ShortenGrace();
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        run.Terminate();
        run.Interrupt();

        var outcome = await run.EndAsync();
        Assert.True(outcome.ExitCode is 130 or 143, $"exit code {outcome.ExitCode}"); // whichever was heard first
        Assert.Contains("ending the machine: the guest did not power down in time", outcome.Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Nothing_is_awaited_of_a_run_whose_owner_and_machine_were_killed()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        var log = bench.Start("logs", bench.Name, "-f");
        await log.OutputLineAsync("SeaBIOS");

        await bench.KillAsync(Victims.Orchestrator | Victims.Qemu, run);

        (await log.EndAsync()).Exited(0);
        (await bench.Start("ssh", bench.Name).EndAsync()).Exited(3).OneError(bench.Name, "is dead", "orchestrator gc");
        await bench.AssertSweptByGcAsync();
    }

    [Fact]
    public async Task A_stop_that_waits_for_the_guest_of_a_dead_owner_can_be_hurried_by_another()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        StartedProgram.Kill(run.Pid);
        await run.EndAsync();

        var patient = bench.Start("stop", bench.Name);
        await patient.ErrorLineAsync("asked the guest to power down");
        (await bench.Start("stop", bench.Name, "--now").EndAsync()).Exited(0);

        Assert.Contains("stopped by force", (await patient.EndAsync()).Exited(0).Error, StringComparison.Ordinal);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_console_that_a_run_shows_itself_is_named_with_its_reader()
    {
        await using var bench = new Workbench();
        bench.ShortenGrace();
        await bench.DescribeAsync(SectorGuest.Stays);
        var run = bench.StartRun("--console");
        await run.OutputLineAsync("SeaBIOS");

        (await bench.Start("console", bench.Name).EndAsync()).Exited(3).OneError(bench.Name, "run --console", "orchestrator logs -f");

        run.Interrupt();
        (await run.EndAsync()).Exited(130);
    }

    [Fact]
    public async Task Past_runs_are_remembered_with_how_they_ended_and_failed_ones_with_their_logs()
    {
        await using var bench = new Workbench();
        await bench.DescribeAsync(SectorGuest.PowersOff, """{ "secret": "the-secret-of-this-test" }""");
        (await bench.StartRun().EndAsync()).Exited(0);
        (await bench.Start("logs", bench.Name).EndAsync()).Exited(2).OneError("ended well", "--keep");
        await bench.DescribeAsync(SectorGuest.Panics, """{ "secret": "the-secret-of-this-test" }""");
        (await bench.StartRun().EndAsync()).Exited(4);

        var history = (await bench.Start("history").EndAsync()).Exited(0).Output.Split('\n');
        var logs = (await bench.Start("logs", bench.Name).EndAsync()).Exited(0).Output;
        var json = (await bench.Start("history", bench.Name, "--json").EndAsync()).Exited(0).Output;

        Assert.Contains("guest shutdown", history[1], StringComparison.Ordinal);
        Assert.StartsWith("[\n  {\n    \"version\": 1,\n", json, StringComparison.Ordinal);
        Assert.Contains("guest panic", history[2], StringComparison.Ordinal);
        Assert.Contains("SeaBIOS", logs, StringComparison.Ordinal);
        Assert.Equal(["guest-shutdown", "guest-panic"], JsonElement.Parse(json).EnumerateArray().Select(run => run.GetProperty("outcome").GetString()));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(bench.StateDirectory, "history"), "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("the-secret-of-this-test", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_user_who_stands_in_a_directory_that_is_closed_to_him_may_ask_as_long_as_he_names_no_file_there()
    {
        await using var bench = new Workbench();
        File.SetUnixFileMode(bench.Root, File.GetUnixFileMode(bench.Root) | UnixFileMode.OtherExecute);
        File.Copy(Artifacts.Program, bench.PathOf("orchestrator"));
        var become = Environment.IsPrivilegedProcess ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
        var list = $"{become}{bench.PathOf("orchestrator")} list --state-dir {bench.StateDirectory}";

        var unnamed = (await bench.StartAny("bash", "-c", $"mkdir closed; cd closed; chmod 0 .; exec {list}").EndAsync()).Exited(0);
        var named = (await bench.StartAny("bash", "-c", $"exec {list} --file closed/instances.json").EndAsync()).Exited(2);

        Assert.StartsWith("NAME ", unnamed.Output, StringComparison.Ordinal);
        Assert.Empty(unnamed.Error);
        named.OnlyError("closed/orchestrator.json", "permission denied");
    }

    [Fact]
    public async Task Only_a_name_that_is_known_has_a_history()
    {
        await using var bench = new Workbench();
        Assert.StartsWith("NAME ", (await bench.Start("history", bench.Name).EndAsync()).Exited(0).Output, StringComparison.Ordinal);
        Assert.Equal("[]\n", (await bench.Start("history", bench.Name, "--json").EndAsync()).Exited(0).Output);
        (await bench.Start("history", bench.Name + "x").EndAsync()).Exited(2).OnlyError($"did you mean {bench.Name}?");
        (await bench.Start("logs", bench.Name, "--events", "--hypervisor").EndAsync()).Exited(2).OneError("--events", "--hypervisor");
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("ssh")]
    [InlineData("console")]
    [InlineData("logs")]
    public async Task A_name_that_no_run_has_is_the_users_mistake(string command)
    {
        await using var bench = new Workbench();
        (await bench.Start(command, "nobody").EndAsync()).Exited(2).OneError("nobody", "no run has this name");
    }
}

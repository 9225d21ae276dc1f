using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>Root's QEMUs run as users of their own.</summary>
[Trait("Category", "Integration")]
public sealed class MachineUserTests : IAsyncDisposable
{
    private const string Ids = "2100001000-2100001001";

    private readonly Workshop _workshop = new();
    private readonly string _taken;

    public MachineUserTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run programs as other users");
        _taken = Path.Combine(_workshop.Root, "taken");
    }

    [Fact]
    public async Task Each_machine_has_a_user_of_its_own_who_can_neither_read_our_files_nor_touch_another_machine()
    {
        File.SetUnixFileMode(_workshop.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var image = _workshop.MakeImage(Guests.Idles);
        var (one, other) = (_workshop.Describe(image), _workshop.Describe(image));
        await using var first = await _workshop.Driver.PrepareAsync(one, Workshop.Token);
        await using var second = await new QemuDriver(_workshop.Context).PrepareAsync(other, Workshop.Token);
        int[] pids = [Workshop.PidOf(one.Id)!.Value, Workshop.PidOf(other.Id)!.Value];
        var users = pids.Select(pid => ProcessTable.UserOf(pid)!.Value).ToList();

        Assert.All(users, user => Assert.InRange(user, 2_100_000_000u, 2_100_065_535u));
        Assert.NotEqual(users[0], users[1]);
        Assert.All(pids, pid => Assert.Equal(0u, ProcessTable.CapabilitiesOf(pid)));

        var escaped = new ProcessUser(users[0], users[0], []);
        string[] forbidden =
        [
            $"kill -0 {pids[1]}", $"ls /proc/{pids[1]}/fd", $"head -c 1 /proc/{pids[1]}/mem", $"cat {one.RunDirectory}/qemu.json", $"ls {_workshop.Runs}",
            $"echo 0 >/run/orchestrator-machine-users/{users[0]}",
        ];
        foreach (var command in forbidden)
        {
            var (status, output) = await ShortProcess.RunAsync(
                "/bin/sh", ["-c", command], [], TimeSpan.FromSeconds(10), TimeProvider.System, Workshop.Token, escaped);
            Assert.True(status?.ExitCode is > 0, $"{command}: {status} {output}");
            Assert.Matches("not permitted|denied", output);
        }
    }

    [Fact]
    public void No_two_have_the_same_at_a_time_and_when_all_are_taken_that_is_told()
    {
        using var first = Find().Take();
        using (var second = Find().Take())
        {
            Assert.Equal([2_100_001_000u, 2_100_001_001u], [first.User.UserId, second.User.UserId]);
            Assert.Contains("all are taken", Assert.Throws<HostException>(Find().Take).Message, StringComparison.Ordinal);
        }

        using var again = Find().Take();
        Assert.Equal(2_100_001_001u, again.User.UserId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_process_keeps_its_user_when_whoever_started_it_is_gone_also_if_it_lets_go_of_the_lock(bool letsGo)
    {
        using var nothing = Libc.Open("/dev/null", Libc.ReadWrite);
        using var user = Find().Take();
        var note = Path.Combine(_taken, "2100001000");
        var script = $"{(letsGo ? $"flock -u {user.Kept[0].DangerousGetHandle()}; " : "")}exec sleep 100";
        var child = ProcessTable.IdentifyChild(ProcessLauncher.Spawn(new SpawnRequest("/bin/sh", ["-c", script], nothing, user.Kept) { User = user.User }));
        using var process = ObservedProcess.OfChild(child.Pid);
        try
        {
            Assert.Equal(user.User.UserId, ProcessTable.UserOf(child.Pid));
            user.LeaveTo(child);
            while (letsGo && LockFile.IsHeld(note))
            {
                await Task.Delay(5, Workshop.Token);
            }

            Assert.Equal(2_100_001_001u, TakeAnother());
            Assert.NotEqual(letsGo, LockFile.IsHeld(note));
        }
        finally
        {
            process.Kill();
            await process.Exited;
        }

        Assert.Equal(2_100_001_000u, TakeAnother());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1000")]
    [InlineData("0-10")]
    [InlineData("20-10")]
    [InlineData("1-2-3")]
    [InlineData("1-4294967295")]
    public void What_is_no_range_of_users_is_refused(string ids) =>
        Assert.Contains("qemu.user-ids", Assert.Throws<ConfigurationException>(() => MachineUsers.ParseIds(ids)).Message, StringComparison.Ordinal);

    [Fact]
    public void One_user_for_all_is_told_as_a_warning_and_root_more_so()
    {
        Assert.Empty(_workshop.Driver.CheckSettings());
        Assert.Contains("has the other machines too", Warning("nobody"), StringComparison.Ordinal);
        Assert.Contains("is root here", Warning("root"), StringComparison.Ordinal);

        string Warning(string name) =>
            Assert.Single(new QemuDriver(_workshop.Context with { Settings = new Dictionary<string, string> { ["run-as"] = name } }).CheckSettings());
    }

    [Fact]
    public async Task A_program_that_its_user_cannot_execute_is_told_with_the_remedy()
    {
        var qemu = Path.Combine(_workshop.Root, "qemu");
        await File.WriteAllTextAsync(qemu, "#!/bin/sh\nexec qemu-system-x86_64 \"$@\"\n", Workshop.Token);
        File.SetUnixFileMode(qemu, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var driver = new QemuDriver(_workshop.Context with { Settings = new Dictionary<string, string> { ["binary"] = qemu } });
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));

        var refusal = await Assert.ThrowsAsync<HostException>(() => driver.PrepareAsync(spec, Workshop.Token));

        Assert.Contains($"{qemu}: Permission denied; let everybody execute it", refusal.Message, StringComparison.Ordinal);
        Workshop.AssertNothingLeft(spec);
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    private MachineUsers Find() => MachineUsers.Find(null, Ids, _taken)!;

    private uint TakeAnother()
    {
        using var user = Find().Take();
        return user.User.UserId;
    }
}

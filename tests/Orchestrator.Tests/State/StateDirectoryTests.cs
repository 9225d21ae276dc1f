using System.Diagnostics;
using System.Runtime.InteropServices;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Tests.State;

public sealed class StateDirectoryTests : IDisposable
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;

    private readonly string _path = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public void All_that_is_in_it_is_made_with_it_by_whoever_opens_it_first()
    {
        var state = StateDirectory.Open(Path.Combine(_path, "state"));

        string[] made = [state.Root, state.Runs, state.History, state.Leases, state.Cache];
        Assert.All(made, path => Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path)));
    }

    [Fact]
    public void Another_users_is_refused_with_the_remedy_and_nothing_is_made_in_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a directory to another user");
        using (var chown = Process.Start("chown", ["nobody", _path]))
        {
            chown.WaitForExit();
            Assert.Equal(0, chown.ExitCode);
        }

        var refusal = Assert.Throws<HostException>(() => StateDirectory.Open(_path));

        Assert.Equal(HostProblem.PermissionDenied, refusal.Problem);
        Assert.Contains("user nobody's", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("sudo -u nobody", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_path));
    }

    [Fact]
    public void A_run_that_gets_an_id_which_another_one_has_takes_nothing_from_that()
    {
        var state = StateDirectory.Open(Path.Combine(_path, "state"));
        var id = VmId.Create(TimeProvider.System);
        using var first = state.CreateRun(id);

        Assert.Contains("another run", Assert.Throws<HostException>(() => state.CreateRun(id)).Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(state.Runs));
    }

    [Fact]
    public void A_history_that_may_not_be_read_is_the_hosts_problem_and_no_defect()
    {
        File.SetUnixFileMode(_path, Passable);
        var state = StateDirectory.Open(Path.Combine(_path, "state"));
        File.SetUnixFileMode(state.Root, Passable);
        File.SetUnixFileMode(state.History, UnixFileMode.None);
        var history = state.HistoryWithin(new HistorySettings(), [], TimeProvider.System);

        const uint stranger = 65534;
        var user = ActOnFilesAs(stranger); // to root, no mode forbids anything; does nothing for others, to whom this one does
        try
        {
            Assert.Equal(HostProblem.PermissionDenied, Assert.Throws<HostException>(() => history.Read().Summaries).Problem);
            Assert.Equal(HostProblem.PermissionDenied, Assert.Throws<HostException>(history.Trim).Problem);
        }
        finally
        {
            _ = ActOnFilesAs((uint)user);
            File.SetUnixFileMode(state.History, Passable);
        }
    }

    // setfsuid(2): of the calling thread only.
    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int ActOnFilesAs(uint user);
}

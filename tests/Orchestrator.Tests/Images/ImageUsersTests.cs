using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Tests.Images;
using Orchestrator.Images;
using Orchestrator.Linux.Processes;
using Orchestrator.State;

namespace Orchestrator.Tests.Images;

public sealed class ImageUsersTests : IDisposable
{
    private static readonly VmId Run = VmId.Create(TimeProvider.System);

    private readonly string _directory = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly StateDirectory _state;

    public ImageUsersTests() => _state = StateDirectory.Open(Path.Combine(_directory, "state"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_run_uses_its_image_and_what_that_is_backed_by_before_there_is_an_overlay()
    {
        new Qcow2Builder().WriteTo(_state.Images, "lower.qcow2");
        var image = new Qcow2Builder().BackedBy("state/images/lower.qcow2").WriteTo(_directory, "base.qcow2");
        using (var directory = _state.CreateRun(Run))
        {
            directory.Write(JournalOf(SampleMachine.Description with { BaseImagePath = image }));
        }

        var users = new ImageUsers(_state).Find();

        Assert.Equal(["base.qcow2", "lower.qcow2"], users.Select(user => user.Key).Order(StringComparer.Ordinal));
        Assert.All(users, user => Assert.Equal([$"run {Run} (vm-1)"], user));
    }

    [Fact]
    public void A_kept_disk_uses_all_of_its_chain_also_by_relative_names_and_links()
    {
        new Qcow2Builder().WriteTo(_state.Images, "lowest.qcow2");
        File.CreateSymbolicLink(Path.Combine(_directory, "link.qcow2"), Path.Combine(_state.Images, "lowest.qcow2"));
        new Qcow2Builder().BackedBy("link.qcow2").WriteTo(_directory, "middle.qcow2");
        var upper = new Qcow2Builder().BackedBy("../middle.qcow2").WriteTo(_directory, "sub/upper.qcow2");
        new Qcow2Builder().BackedBy(upper).WriteTo(_state.History, $"{Run}/{RunFiles.Overlay}");

        var users = new ImageUsers(_state).Find();

        Assert.Equal(["lowest.qcow2", "middle.qcow2", "upper.qcow2"], users.Select(user => user.Key).Order(StringComparer.Ordinal));
        Assert.All(users, user => Assert.Equal([$"kept disk of run {Run}"], user));
    }

    [Fact]
    public void A_chain_that_has_no_end_or_is_not_there_is_no_trouble()
    {
        var loop = Path.Combine(_directory, "loop.qcow2");
        new Qcow2Builder().BackedBy(loop).WriteTo(_directory, "loop.qcow2");
        new Qcow2Builder().BackedBy(loop).WriteTo(_state.History, $"{Run}/{RunFiles.Overlay}");
        new Qcow2Builder().BackedBy("/none/gone.qcow2").WriteTo(_state.History, $"another/{RunFiles.Overlay}");

        Assert.Equal(["gone.qcow2", "loop.qcow2"], new ImageUsers(_state).Find().Select(user => user.Key).Order(StringComparer.Ordinal));
    }

    private static RunJournal JournalOf(MachineDescription machine) => new()
    {
        Run = Run.Value,
        Machine = machine,
        Driver = "fake",
        Owner = new RunOwner(RunOwnerKind.Foreground, 1, 1, ProcessTable.BootId),
        Phase = RunPhase.Preparing,
        Created = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero),
        TimeLimit = TimeSpan.FromMinutes(10),
        ShutdownGrace = TimeSpan.FromSeconds(60),
    };
}

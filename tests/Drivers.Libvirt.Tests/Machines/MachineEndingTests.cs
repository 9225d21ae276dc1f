using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Drivers.Libvirt.Machines;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

public sealed class MachineEndingTests : IDisposable
{
    private static readonly VmId Id = VmId.Create(TimeProvider.System);
    private static readonly VmExit Exit = new(VmExitReason.Killed, "somebody destroyed it");

    private readonly MachineFiles _files = new(Directory.CreateTempSubdirectory("ending-").FullName);
    private readonly DomainNote _note = new() { Uuid = Id.Uuid, Owner = "test", Instance = "vm-1" };

    public void Dispose() => Directory.Delete(_files.Directory, recursive: true);

    [Fact]
    public async Task An_end_is_noted_for_those_who_come_later()
    {
        await ConcludeAsync(_ => { });

        Assert.Equal(Exit, _files.Note.Read()?.Exit);
    }

    [Fact]
    public async Task Who_watches_writes_nothing_where_somebody_destroys_the_machine_and_is_about_to_remove_its_files()
    {
        await ConcludeAsync(_ => _files.Note.MarkDestroyed());

        Assert.Equal(_note, _files.Note.Read());
    }

    [Fact]
    public async Task Who_has_let_go_of_a_machine_writes_nothing_of_its_end()
    {
        await ConcludeAsync(ending => ending.Dispose());

        Assert.Equal(_note, _files.Note.Read());
    }

    private async Task ConcludeAsync(Action<MachineEnding> before)
    {
        _files.Note.Create(_note);
        await using var daemon = new Daemon("test:///default", TimeProvider.System);
        var parts = new MachineParts { Id = Id, Files = _files, Daemon = daemon, Log = new QemuLog(null), Note = _note, Exists = true };
        var events = new VmEventQueue();
        var guestPort = new GuestPort(_files.SaidByGuest, events, TimeProvider.System);
        using var ending = new MachineEnding(
            parts, new CommandedDomain(daemon, Id.Uuid), new NoteKeeper<DomainNote>(_files.Note, _note), events, guestPort, TimeProvider.System);
        before(ending);

        ending.Conclude(Exit);

        Assert.Equal(Exit, await ending.Completion);
    }
}

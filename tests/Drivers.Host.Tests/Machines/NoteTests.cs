using System.Text.Json.Serialization;
using Orchestrator.Drivers.Host.Machines;

namespace Orchestrator.Drivers.Host.Tests.Machines;

public sealed partial class NoteTests : IDisposable
{
    private static readonly Note First = new(Running: false);
    private static readonly DriverFile[] Own = [new("note.json", DriverFileRole.Note)];

    private readonly string _directory = Directory.CreateTempSubdirectory("note-").FullName;
    private readonly NoteFile<Note> _file;
    private readonly NoteKeeper<Note> _watcher;

    public NoteTests()
    {
        _file = new NoteFile<Note>(Path.Combine(_directory, "note.json"), NoteContext.Default.Note);
        _file.Create(First);
        _watcher = new NoteKeeper<Note>(_file, First);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_changes_is_on_disk()
    {
        _watcher.Update(note => note with { Running = true });

        Assert.Equal(new Note(Running: true), _file.Read());
        Assert.False(_file.IsDestroyed);
    }

    [Fact]
    public void Whoever_watches_a_machine_does_not_write_over_its_being_destroyed()
    {
        _file.MarkDestroyed();

        _watcher.Update(note => note with { Running = true });

        Assert.True(_file.IsDestroyed);
        Assert.Equal(First, _file.Read());
        Assert.True(_watcher.Current.Running);
    }

    [Fact]
    public void A_note_that_was_removed_is_not_made_again_and_no_mark_is_left()
    {
        _file.MarkDestroyed();
        MadeFiles.Remove(_directory, Own);

        _watcher.Update(note => note with { Running = true });

        Assert.True(_file.IsDestroyed);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public void A_machine_that_could_not_be_destroyed_has_its_note_written_again()
    {
        _file.MarkDestroyed();
        _file.UnmarkDestroyed();

        _watcher.Update(note => note with { Running = true });

        Assert.False(_file.IsDestroyed);
        Assert.True(_file.Read()!.Running);
    }

    internal sealed record Note(bool Running);

    [JsonSerializable(typeof(Note))]
    internal sealed partial class NoteContext : JsonSerializerContext;
}

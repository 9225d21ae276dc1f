using Orchestrator.Drivers.Libvirt.Machines;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

public sealed class QemuLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("qemu-log-").FullName;
    private readonly QemuLog _log;
    private readonly MachineFiles _files;

    public QemuLogTests()
    {
        _log = new QemuLog(_directory);
        _files = new MachineFiles(Directory.CreateDirectory(Path.Combine(_directory, "run")).FullName);
    }

    private string Current => Path.Combine(_directory, "vm-1.log");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Of_a_log_that_all_runs_of_a_name_append_to_a_run_gets_its_own_part()
    {
        File.WriteAllText(Current, "an earlier run\n");
        var note = Begin();
        File.AppendAllText(Current, "this run\n");

        Assert.Equal("this run\n", CopyOf(note));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_files.HypervisorLog));
    }

    [Fact]
    public void A_run_that_goes_on_can_be_read_too_where_its_beginning_is_known()
    {
        File.WriteAllText(Current, "an earlier run\n");
        var note = Begin();
        File.AppendAllText(Current, "this run\n");

        Assert.Equal("this run\n"u8.ToArray(), _log.TryRead(note));
        Assert.Null(_log.TryRead(note with { Log = null }));
        Assert.Null(new QemuLog(null).TryRead(note));
        File.Delete(Current);
        Assert.Null(_log.TryRead(note));
    }

    [Fact]
    public void The_first_run_of_a_name_gets_all_of_it()
    {
        var note = Begin();
        File.WriteAllText(Current, "this run\n");

        Assert.Equal("this run\n", CopyOf(note));
    }

    [Fact]
    public void A_log_that_went_on_as_a_new_file_is_read_from_both()
    {
        File.WriteAllText(Current, "an earlier run\n");
        var note = Begin();
        File.AppendAllText(Current, "this run\n");
        File.Move(Current, Current + ".0");
        File.WriteAllText(Current, "this run too\n");

        Assert.Equal("this run\nthis run too\n", CopyOf(note));
    }

    [Fact]
    public void A_log_whose_beginning_is_gone_is_read_as_far_as_it_is_there()
    {
        File.WriteAllText(Current, "an earlier run\n");
        var note = Begin();
        File.Move(Current, Current + ".1");
        File.WriteAllText(Current + ".0", "not the one it was\n");
        File.WriteAllText(Current, "this run\n");

        Assert.Equal("this run\n", CopyOf(note));
    }

    [Fact]
    public void A_log_that_was_begun_anew_in_its_place_is_read_from_its_beginning()
    {
        File.WriteAllText(Current, "an earlier run, which said a lot\n");
        var note = Begin();
        File.WriteAllText(Current, "this run\n");

        Assert.Equal("this run\n", CopyOf(note));
    }

    [Fact]
    public void Of_a_log_without_end_the_end_is_taken()
    {
        var note = Begin();
        File.WriteAllBytes(Current, [.. new byte[QemuLog.MaxBytes], .. "the end"u8]);

        Assert.Equal(QemuLog.MaxBytes, CopyOf(note)?.Length);
        Assert.EndsWith("the end", CopyOf(note), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_made_of_a_log_that_says_nothing_or_of_a_machine_that_is_being_destroyed()
    {
        File.WriteAllText(Current, "an earlier run\n");
        var note = Begin();
        Assert.Null(CopyOf(note));

        File.AppendAllText(Current, "this run\n");
        _files.Note.MarkDestroyed();
        Assert.Null(CopyOf(note));
    }

    [Theory]
    [InlineData("qemu:///system", "/var/log/libvirt/qemu")]
    [InlineData("qemu+unix:///system?socket=/run/mine/libvirt-sock", null)]
    public void Where_a_daemon_of_ones_own_keeps_it_is_not_known(string uri, string? directory) => Assert.Equal(directory, QemuLog.DirectoryOf(uri));

    [Fact]
    public void A_users_daemon_keeps_it_in_the_users_cache() =>
        Assert.EndsWith("/libvirt/qemu/log", QemuLog.DirectoryOf("qemu:///session"), StringComparison.Ordinal);

    private DomainNote Begin()
    {
        var note = new DomainNote { Uuid = Guid.Empty, Owner = "owner", Instance = "vm-1", Log = _log.Mark("vm-1") };
        _files.Note.Create(note);
        return note;
    }

    private string? CopyOf(DomainNote note)
    {
        _log.TryCopy(note, _files);
        return File.Exists(_files.HypervisorLog) ? File.ReadAllText(_files.HypervisorLog) : null;
    }
}

using System.Diagnostics;
using Orchestrator.Drivers.Libvirt.Access;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Libvirt.Tests.Access;

public sealed class PosixAclTests : IDisposable
{
    private const uint Stranger = 64055;

    private readonly string _directory = Directory.CreateTempSubdirectory("libvirt-acl-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_without_a_list_allows_what_its_mode_allows()
    {
        var file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        for (var mode = 0; mode < 512; mode++)
        {
            File.SetUnixFileMode(file, (UnixFileMode)mode);

            var list = PosixAcl.Read(file);

            Assert.Equal((Permissions)(mode & 7), Allowed(list, new QemuUser(Stranger, new HashSet<uint> { Stranger })));
            Assert.Equal((Permissions)(mode >> 6), Allowed(list, new QemuUser(OwnerOf(file), new HashSet<uint>())));
            Assert.Equal((Permissions)((mode >> 3) & 7), Allowed(list, new QemuUser(Stranger, new HashSet<uint> { GroupOf(file) })));
        }
    }

    [Fact]
    public void What_is_granted_to_one_user_nobody_else_gets()
    {
        var user = new QemuUser(Stranger, new HashSet<uint> { Stranger });
        File.SetUnixFileMode(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.False(PosixAcl.Read(_directory).Allows(user, Permissions.Execute));

        PosixAcl.Read(_directory).Grant(_directory, Stranger, Permissions.Execute);
        PosixAcl.Read(_directory).Grant(_directory, Stranger, Permissions.Execute);

        var list = PosixAcl.Read(_directory);
        Assert.Equal(Permissions.Execute, Allowed(list, user));
        Assert.Equal(Permissions.None, Allowed(list, new QemuUser(Stranger + 1, new HashSet<uint> { Stranger, Stranger + 1 })));
        Assert.Equal(Permissions.None, Allowed(list, new QemuUser(Stranger + 1, new HashSet<uint> { GroupOf(_directory) })));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(_directory) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute));
    }

    [Fact]
    public void What_a_change_of_mode_has_taken_from_others_a_grant_does_not_give_back()
    {
        var other = new QemuUser(Stranger + 1, new HashSet<uint>());
        PosixAcl.Read(_directory).Grant(_directory, other.Id, Permissions.Read | Permissions.Write | Permissions.Execute);
        File.SetUnixFileMode(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(Permissions.None, Allowed(PosixAcl.Read(_directory), other));

        PosixAcl.Read(_directory).Grant(_directory, Stranger, Permissions.Execute);

        Assert.Equal(Permissions.None, Allowed(PosixAcl.Read(_directory), other));
        Assert.Equal(Permissions.Execute, Allowed(PosixAcl.Read(_directory), new QemuUser(Stranger, new HashSet<uint>())));
    }

    [Fact]
    public void The_kernel_reads_the_list_as_it_was_meant()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may act as another user");
        var file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.NotEqual(0, ReadAs(Stranger, file));

        PosixAcl.Read(_directory).Grant(_directory, Stranger, Permissions.Execute);
        PosixAcl.Read(file).Grant(file, Stranger, Permissions.Read);

        Assert.Equal(0, ReadAs(Stranger, file));
        Assert.NotEqual(0, ReadAs(Stranger + 1, file));
    }

    private static Permissions Allowed(PosixAcl list, QemuUser user)
    {
        Permissions[] permissions = [Permissions.Execute, Permissions.Write, Permissions.Read];
        return permissions
            .Where(permission => list.Allows(user, permission))
            .Aggregate(Permissions.None, (all, permission) => all | permission);
    }

    private static uint OwnerOf(string path) => Libc.Owner(path).User;

    private static uint GroupOf(string path) => Libc.Owner(path).Group;

    private static int ReadAs(uint user, string file)
    {
        string[] arguments = [$"--reuid={user}", $"--regid={user}", "--clear-groups", "cat", file];
        using var process = Process.Start(new ProcessStartInfo("setpriv", arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}

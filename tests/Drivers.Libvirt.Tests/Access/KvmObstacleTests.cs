using System.Runtime.InteropServices;
using Orchestrator.Drivers.Libvirt.Access;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Libvirt.Tests.Access;

public sealed partial class KvmObstacleTests : IDisposable
{
    private const uint Stranger = 3_000_000_055;
    private const uint TheirGroup = 3_000_000_056;

    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode GroupsToo = OwnersAlone | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("libvirt-kvm-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_device_that_is_its_owners_alone_is_to_be_given_to_its_group()
    {
        var device = Make(OwnersAlone);

        var (why, remedy) = Assert.NotNull(AccessOf(Stranger).FindKvmObstacle(device));

        Assert.Equal($"{Stranger}, whom libvirt runs QEMU as, cannot open {device}", why);
        Assert.StartsWith($"chgrp kvm {device} && chmod 660 {device}", remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_alone_is_not_enough()
    {
        var device = Make(OwnersAlone | UnixFileMode.OtherRead);
        Assert.NotNull(AccessOf(Stranger).FindKvmObstacle(device));
    }

    [Fact]
    public void A_user_who_lacks_the_devices_group_is_to_join_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may give a file to another group");
        var device = Make(GroupsToo, TheirGroup);

        var (_, remedy) = Assert.NotNull(AccessOf(Stranger).FindKvmObstacle(device));

        Assert.Equal($"usermod -aG {TheirGroup} {Stranger}, and restart libvirtd", remedy);
    }

    [Fact]
    public void Nobody_is_told_to_join_roots_group()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root has files of root's group");
        var device = Make(GroupsToo, 0);

        var (_, remedy) = Assert.NotNull(AccessOf(Stranger).FindKvmObstacle(device));

        Assert.StartsWith("chgrp kvm", remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_who_is_in_the_devices_group_has_no_obstacle()
    {
        var device = Make(GroupsToo);
        Assert.Null(AccessOf(Stranger, Libc.Owner(device).Group).FindKvmObstacle(device));
    }

    [Fact]
    public void A_user_whom_an_access_list_lets_through_has_no_obstacle()
    {
        var device = Make(OwnersAlone);
        PosixAcl.Read(device).Grant(device, Stranger, Permissions.Read | Permissions.Write);
        Assert.Null(AccessOf(Stranger).FindKvmObstacle(device));
    }

    [Fact]
    public void A_host_without_the_device_has_no_obstacle() =>
        Assert.Null(AccessOf(Stranger).FindKvmObstacle(Path.Combine(_directory, "missing")));

    private static QemuAccess AccessOf(uint user, params uint[] groups) => new(new QemuUser(user, new HashSet<uint>(groups)));

    private string Make(UnixFileMode mode, uint? group = null)
    {
        var path = Path.Combine(_directory, "kvm");
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, mode);
        if (group is { } given)
        {
            Assert.Equal(0, ChangeOwner(path, uint.MaxValue, given));
        }

        return path;
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}

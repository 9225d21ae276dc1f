using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Processes;

/// <summary>
/// The users that root runs its QEMUs as, none of whom can read anything of ours: every file reaches QEMU as an open descriptor. By default each machine gets one of
/// its own, a mere number, so that whoever breaks out of one cannot touch another. Thread-safe.
/// </summary>
internal sealed class MachineUsers
{
    /// <summary>
    /// The numbers given out by default: nobody else's by convention. Above those that useradd, systemd (DynamicUser, nspawn), subuid(5) and directory services give out
    /// (the last up to 2000200000), below those that Podman recommends for itself, and what 32 bits with a sign hold.
    /// </summary>
    public const string DefaultIds = "2100000000-2100065535";

    /// <summary>What else can be done where a host cannot have this: part of a sentence.</summary>
    public const string Otherwise = "or let QEMU run as one user for all (qemu.run-as = NAME), or as root (qemu.run-as = root), with whom a guest that breaks out has everything";

    private const string KvmDevice = "/dev/kvm";

    private readonly ProcessUser? _one;
    private readonly (uint First, uint Last) _ids;
    private readonly string _directory;

    private MachineUsers(string name, ProcessUser? one, (uint First, uint Last) ids, string directory)
    {
        Name = name;
        _one = one;
        _ids = ids;
        _directory = directory;
    }

    /// <summary>What they are called: a user's name, or the numbers.</summary>
    public string Name { get; }

    /// <summary>Whether each machine has one of its own.</summary>
    public bool AreSeparate => _one is null;

    /// <summary>Looks up whom QEMU is to run as.</summary>
    /// <param name="runAs">The one user for all that was named; null: nobody.</param>
    /// <param name="ids">The numbers to be given out, first and last.</param>
    /// <param name="directory">Where root, whichever orchestrator it is, notes which are taken.</param>
    /// <returns>Null for ourselves.</returns>
    /// <exception cref="ConfigurationException">There is no such user, or these are no numbers.</exception>
    /// <exception cref="HostException">This host, or whoever we are, cannot do it.</exception>
    public static MachineUsers? Find(string? runAs, string ids, string directory = "/run/orchestrator-machine-users")
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return runAs is null ? null : throw new HostException(
                HostProblem.PermissionDenied,
                $"qemu.run-as = {runAs}: only root can run QEMU as another user; run the orchestrator as root or remove the setting");
        }

        var range = ParseIds(ids);
        var one = runAs is null ? null : ProcessUser.Find(runAs)
            ?? throw new ConfigurationException($"qemu.run-as = {runAs}: there is no such user; create it: useradd --system --groups kvm {runAs}");
        if (one is { UserId: 0 })
        {
            return null;
        }

        if (ProcessUser.MissingCapabilities() is { Count: > 0 } missing)
        {
            throw new HostException(
                HostProblem.PermissionDenied,
                $"QEMU cannot be run as another user than root: this root, a container's, has not got {string.Join(" and ", missing)}; "
                    + $"add it (docker run --cap-add), {Otherwise}");
        }

        return one is not null || ProcessUser.AreMapped(range.First, range.Last)
            ? new MachineUsers(runAs ?? ids, one, range, directory)
            : throw new HostException(
                HostProblem.Other,
                $"qemu.user-ids = {ids}: this user namespace, a container's, has no such users; name some that it has (cat /proc/self/uid_map), {Otherwise}");
    }

    /// <summary>Whether they may read and enter a directory that they get open. Where an access control list says who may, that is not looked into.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">Its path.</param>
    public bool MayRead(SafeFileHandle directory, string path)
    {
        const int readAndEnter = 0b101;
        var (mode, user, group) = Libc.Owner(directory, path);
        var bits = _one is null ? mode : user == _one.UserId ? mode >> 6 : group == _one.GroupId || _one.Groups.Contains(group) ? mode >> 3 : mode;
        return (bits & readAndEnter) == readAndEnter || (_one is not null && Libc.GetAttribute(path, "system.posix_acl_access") is not null);
    }

    /// <summary>What a named user means: one line.</summary>
    public static string WarningOf(string runAs) => ProcessUser.Find(runAs) is { UserId: 0 }
        ? $"qemu.run-as = {runAs}: a guest that breaks out of QEMU is root here; remove the setting, and each machine has a user of its own"
        : $"qemu.run-as = {runAs}: a guest that breaks out of QEMU has the other machines too; remove the setting, and each machine has a user of its own";

    /// <summary>Reads first and last of the numbers.</summary>
    /// <exception cref="ConfigurationException">They are none.</exception>
    public static (uint First, uint Last) ParseIds(string ids)
    {
        var parts = ids.Split('-');
        return parts.Length == 2
            && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first > 0 && first <= last && last < uint.MaxValue
            ? (first, last)
            : throw new ConfigurationException($"qemu.user-ids = {ids}: must be two numbers of users, the first and the last one, such as {DefaultIds}");
    }

    /// <summary>Gives out a user.</summary>
    /// <exception cref="HostException">All are taken, or nobody can note which.</exception>
    public MachineUser Take()
    {
        if (_one is not null)
        {
            return new MachineUser(_one, null, null);
        }

        try
        {
            Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            TrustedPath.Require(_directory);
            for (var id = _ids.First; id <= _ids.Last; id++)
            {
                var path = Path.Combine(_directory, id.ToString(CultureInfo.InvariantCulture));
                if (TryLock(path) is { } held)
                {
                    return new MachineUser(new ProcessUser(id, id, KvmGroup()), path, held);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(exception, $"{_directory}, which tells the users of machines that run", $"make it root's and writable, {Otherwise}");
        }

        throw new HostException(HostProblem.Other, $"qemu.user-ids = {Name}: all are taken by machines that run; name more");
    }

    // Open for reading only: whoever has broken out of QEMU must not be able to write there that nobody has this user.
    private static LockFile? TryLock(string path)
    {
        try
        {
            var held = LockFile.Open(path, Libc.ReadOnly | Libc.Create);
            if (MachineUser.ReadHolder(held.File) is { } holder && ProcessTable.IsAlive(holder))
            {
                held.Dispose();
                return null;
            }

            return held;
        }
        catch (IOException exception) when (LockFile.IsHeldByAnother(exception))
        {
            return null;
        }
    }

    // As udev makes it: root:kvm 0660. No use where everybody may open it; and root's group opens more than that.
    private static IReadOnlyList<uint> KvmGroup()
    {
        const int group = 0x30;
        const int others = 0x6;
        try
        {
            var (mode, _, owner) = Libc.Owner(KvmDevice);
            return (mode & group) == group && (mode & others) != others && owner != 0 ? [owner] : [];
        }
        catch (IOException)
        {
            return [];
        }
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Host.Processes;

/// <summary>
/// The user that QEMU runs as instead of root. It need not be able to read anything of ours: every file reaches QEMU as an open descriptor.
/// </summary>
internal sealed unsafe partial class RunAsUser
{
    private readonly string _setpriv;

    private RunAsUser(string name, uint userId, uint groupId, string setpriv)
    {
        Name = name;
        UserId = userId;
        GroupId = groupId;
        _setpriv = setpriv;
    }

    /// <summary>The user's name.</summary>
    public string Name { get; }

    /// <summary>The user's number.</summary>
    public uint UserId { get; }

    /// <summary>The number of the user's own group.</summary>
    public uint GroupId { get; }

    /// <summary>Looks a user up.</summary>
    /// <exception cref="ConfigurationException">There is no such user, or it is root.</exception>
    /// <exception cref="HostException">We are not root, or <c>setpriv</c> is missing.</exception>
    public static RunAsUser Resolve(string name)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new HostException(
                HostProblem.PermissionDenied,
                $"qemu.run-as = {name}: only root can run QEMU as another user; run the orchestrator as root or remove the setting.");
        }

        var (userId, groupId) = Lookup(name)
            ?? throw new ConfigurationException(
                $"qemu.run-as = {name}: there is no such user; create it: useradd --system --groups kvm {name}");
        if (userId == 0)
        {
            throw new ConfigurationException($"qemu.run-as = {name}: that is root again; name an unprivileged user or remove the setting.");
        }

        return new RunAsUser(name, userId, groupId, Programs.Find("setpriv", "util-linux"));
    }

    /// <summary>The same program, run as this user: with its groups (kvm among them, so that KVM works) and without any capability.</summary>
    public (string Program, IReadOnlyList<string> Arguments) Wrap(string program, IReadOnlyList<string> arguments) =>
    (
        _setpriv,
        [
            string.Create(CultureInfo.InvariantCulture, $"--reuid={UserId}"),
            string.Create(CultureInfo.InvariantCulture, $"--regid={GroupId}"),
            "--init-groups",
            "--inh-caps=-all",
            "--no-new-privs",
            "--",
            program,
            .. arguments,
        ]);

    private static (uint UserId, uint GroupId)? Lookup(string name)
    {
        var buffer = new byte[Passwd.MaxBytes];
        fixed (byte* pointer = buffer)
        {
            Passwd record;
            Passwd* found;
            return GetUserByName(name, &record, pointer, (nuint)buffer.Length, &found) == 0 && found is not null
                ? (record.UserId, record.GroupId)
                : null;
        }
    }

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetUserByName(string name, Passwd* record, byte* buffer, nuint length, Passwd** found);
}

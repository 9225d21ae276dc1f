using System.Diagnostics.CodeAnalysis;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Libvirt.Access;

/// <summary>
/// Sees to it that a QEMU that runs as another user reaches the files of its machine. Libvirt gives it overlay and medium (dynamic ownership); the way to
/// them and the base image are another matter. Nothing is made readable for everybody: the directories that are ours get an entry for that one user, which
/// lets it pass and neither read nor write; with others' directories it is theirs to decide.
/// </summary>
/// <param name="user">Whom QEMU runs as.</param>
internal sealed class QemuAccess(QemuUser user)
{
    /// <summary>The user's name.</summary>
    public string UserName => user.Name;

    /// <summary>Lets QEMU pass through directories to a machine's files.</summary>
    /// <param name="directories">The directories that are ours, the outermost first.</param>
    /// <param name="what">What they are, as a message's subject.</param>
    /// <param name="alternative">What else could be done.</param>
    /// <exception cref="HostException">It cannot be let through one of them.</exception>
    public void OpenWay(IReadOnlyList<string> directories, string what, string alternative)
    {
        RequireWay(Path.GetDirectoryName(directories[0])!, what, alternative);
        foreach (var directory in directories)
        {
            Grant(directory, Permissions.Execute, "be let through", alternative);
        }
    }

    /// <summary>Lets QEMU read an image that is ours.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <exception cref="HostException">It cannot be let.</exception>
    public void OpenImage(string path) => Grant(path, Permissions.Read, "be let to read it", "name another state directory with --state-dir");

    /// <summary>Refuses a base image, or one beneath it, that QEMU could not read.</summary>
    /// <param name="paths">Absolute paths without symbolic links.</param>
    /// <exception cref="HostException">The message names the directory or file that is in the way.</exception>
    public void RequireReadable(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            RequireWay(Path.GetDirectoryName(path)!, "image " + path, "or move the image");
            if (!PosixAcl.Read(path).Allows(user, Permissions.Read))
            {
                throw new HostException(
                    HostProblem.PermissionDenied,
                    $"image {path}: {user.Name}, whom libvirt runs QEMU as, may not read it; run: setfacl -m u:{user.Name}:r {Quote(path)}");
            }
        }
    }

    /// <summary>Refuses directories to be shared with a guest that QEMU could not read.</summary>
    /// <param name="mounts">The directories.</param>
    /// <exception cref="HostException">The message names the directory that is in the way.</exception>
    public void RequireReadable(IEnumerable<Mount> mounts)
    {
        foreach (var mount in mounts)
        {
            var path = Path.TrimEndingDirectorySeparator(mount.Source);
            RequireWay(Path.GetDirectoryName(path) ?? path, $"mount {mount.Tag}: {path}", "or share another");
            if (!PosixAcl.Read(path).Allows(user, Permissions.Read | Permissions.Execute))
            {
                throw new HostException(
                    HostProblem.PermissionDenied,
                    $"mount {mount.Tag}: {path}: {user.Name}, whom libvirt runs QEMU as, may not read it; run: setfacl -m u:{user.Name}:rx {Quote(path)}");
            }
        }
    }

    /// <summary>The directory that QEMU cannot pass, of those that lead to a path; null where it passes all.</summary>
    public string? FindObstacle(string directory)
    {
        var ancestors = new Stack<string>();
        for (var next = directory; next is not null; next = Path.GetDirectoryName(next))
        {
            ancestors.Push(next);
        }

        return ancestors.FirstOrDefault(ancestor => Directory.Exists(ancestor) && !PosixAcl.Read(ancestor).Allows(user, Permissions.Execute));
    }

    /// <summary>
    /// What keeps QEMU from opening KVM's device, and the remedy; null where nothing does, or there is no such device. Libvirt asks this too, and takes it
    /// badly: it probes QEMU with more rights than machines get (CAP_DAC_OVERRIDE), finds KVM, then finds it gone, and so what it knows of QEMU out of
    /// date (9.0, <c>virQEMUCapsIsValid</c>). It probes anew each time it looks, with or without KVM in use: 8 s for a command, 96 s for a machine.
    /// </summary>
    public (string Why, string Remedy)? FindKvmObstacle(string device)
    {
        const int groupReadsAndWrites = 0b000_110_000;
        if (!File.Exists(device) || PosixAcl.Read(device).Allows(user, Permissions.Read | Permissions.Write))
        {
            return null;
        }

        // Where udev has done its part, it is the user who lacks the group.
        var (mode, _, group) = Libc.Owner(device);
        return (
            $"{user.Name}, whom libvirt runs QEMU as, cannot open {device}",
            group != 0 && (mode & groupReadsAndWrites) == groupReadsAndWrites
                ? $"usermod -aG {QemuUser.NameOfGroup(group)} {user.Name}, and restart libvirtd"
                : $"chgrp kvm {device} && chmod 660 {device}, as udev's rule does where udev runs");
    }

    private void Grant(string path, Permissions permission, string what, string alternative)
    {
        try
        {
            var list = PosixAcl.Read(path);
            if (!list.Allows(user, permission))
            {
                list.Grant(path, user.Id, permission);
            }
        }
        catch (IOException exception)
        {
            var remedy = exception.HResult == Libc.NotSupported
                ? "its file system has no access control lists: mount it with them, or " + alternative
                : alternative;
            throw new HostException(
                HostProblem.PermissionDenied,
                $"{path}: {user.Name}, whom libvirt runs QEMU as, cannot {what} ({Libc.Describe(exception.HResult)}); {remedy}",
                exception);
        }
    }

    private void RequireWay(string directory, string what, string alternative)
    {
        if (FindObstacle(directory) is { } obstacle)
        {
            throw new HostException(
                HostProblem.PermissionDenied,
                $"{what}: {user.Name}, whom libvirt runs QEMU as, cannot pass directory {obstacle}; run: setfacl -m u:{user.Name}:x {Quote(obstacle)}, {alternative}");
        }
    }

    [SuppressMessage("Globalization", "CA1307", Justification = "Characters have no culture.")]
    private static string Quote(string path) => path.Any(character => !char.IsAsciiLetterOrDigit(character) && !"/._-+".Contains(character))
        ? $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'"
        : path;
}

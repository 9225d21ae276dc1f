using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux.Files;

/// <summary>
/// The one rule for what steers this program (settings, instances, templates, tokens, programs), as ssh (<c>StrictModes</c>) and git (<c>safe.directory</c>) have one:
/// the file, every link that leads to it and every directory above belong to root or to this user, and nobody else may write to them.
/// </summary>
/// <remarks>
/// Others may write to a directory with the sticky bit, such as /tmp: they can neither replace nor remove what is ours in it. The group may write where it is this user's
/// own (Debian's ssh allows it too): under the usual umask of 0002 all that a user makes is open to that group. Looked at from the root on, so that no stranger can
/// exchange what comes next.
/// </remarks>
internal static class TrustedPath
{
    private const int MostLinks = 40; // as the kernel follows, path_resolution(7)
    private const int Sticky = 0x200;
    private const int GroupWrites = 0x10;
    private const int OthersWrite = 0x2;

    /// <summary>Requires it of what is at a path.</summary>
    /// <returns>The absolute path of that, without links.</returns>
    /// <exception cref="UntrustedPathException">A stranger has a say in it.</exception>
    /// <exception cref="IOException">That cannot be told; <see cref="Exception.HResult"/> is the errno.</exception>
    public static string Require(string path)
    {
        var at = "/";
        var links = 0;
        Require(at, Libc.Owner(at));
        var names = new Stack<string>();
        Push(Path.Combine(Directory.GetCurrentDirectory(), path));
        while (names.TryPop(out var name))
        {
            if (name == "..")
            {
                at = Path.GetDirectoryName(at) ?? "/"; // no link is left in it
                continue;
            }

            var next = Path.Combine(at, name);
            var owner = Libc.Owner(next, followLink: false);
            Require(next, owner);
            if (!Libc.IsLink(owner.Mode))
            {
                at = next;
            }
            else if (++links > MostLinks)
            {
                throw new IOException("too many links lead to it");
            }
            else
            {
                Push(new FileInfo(next).LinkTarget ?? "");
            }
        }

        return at;

        void Push(string target)
        {
            at = Path.IsPathRooted(target) ? "/" : at;
            foreach (var name in target.Split('/').Where(name => name is not ("" or ".")).Reverse())
            {
                names.Push(name);
            }
        }
    }

    /// <summary>Requires it of an open file, whatever its path leads to by now, and of its path.</summary>
    /// <exception cref="UntrustedPathException">A stranger has a say in it.</exception>
    /// <exception cref="IOException">That cannot be told; <see cref="Exception.HResult"/> is the errno.</exception>
    public static void Require(SafeFileHandle file, string path)
    {
        Require(path);
        Require(path, Libc.Owner(file, path));
    }

    private static void Require(string path, (int Mode, uint User, uint Group) owner)
    {
        var us = Libc.UserId;
        if (owner.User != 0 && owner.User != us)
        {
            throw new UntrustedPathException(us == 0
                ? $"{path} belongs to {NameOf(owner.User)}, not to root: chown -h root {path}"
                : $"{path} belongs to {NameOf(owner.User)}, neither to {NameOf(us)} nor to root: chown -h {NameOf(us)} {path}");
        }

        // A link's mode says nothing.
        var (mode, isWritten) = (owner.Mode, (owner.Mode & OthersWrite) != 0 || ((owner.Mode & GroupWrites) != 0 && !IsOwnGroupAlone(path, owner.Group)));
        if (isWritten && !Libc.IsLink(mode) && !(Libc.IsDirectory(mode) && (mode & Sticky) != 0))
        {
            throw new UntrustedPathException($"others may write to {path}: chmod go-w {path}");
        }
    }

    // Where there is an access control list, the mode's bits for the group are its mask, and stand for whoever it names (acl(5)).
    private static bool IsOwnGroupAlone(string path, uint group) => Libc.IsOwnGroup(group) && Libc.GetAttribute(path, "system.posix_acl_access") is null;

    private static string NameOf(uint user) => Libc.UserName(user) ?? $"user {user}";
}

/// <summary>A stranger has a say in what steers this program.</summary>
/// <param name="message">Whose and where, and the remedy.</param>
internal sealed class UntrustedPathException(string message) : IOException(message);

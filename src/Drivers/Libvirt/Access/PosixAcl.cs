using System.Buffers.Binary;
using Orchestrator.Linux;

namespace Orchestrator.Drivers.Libvirt.Access;

/// <summary>
/// A file's access control list (acl(5)), as the kernel keeps it in the attribute <c>system.posix_acl_access</c> (Linux's
/// <c>include/uapi/linux/posix_acl_xattr.h</c>): a version, then entries of tag, permissions and id, little-endian and in the order of their tags.
/// </summary>
internal sealed class PosixAcl
{
    private const string Attribute = "system.posix_acl_access";
    private const uint Version = 2;
    private const int HeaderBytes = 4;
    private const int EntryBytes = 8;
    private const uint NoId = uint.MaxValue;
    private const Permissions All = Permissions.Read | Permissions.Write | Permissions.Execute;

    private readonly List<Entry> _entries;
    private readonly uint _owner;
    private readonly uint _group;

    private PosixAcl(List<Entry> entries, uint owner, uint group)
    {
        _entries = entries;
        _owner = owner;
        _group = group;
    }

    private enum Tag : ushort
    {
        Owner = 0x01,
        User = 0x02,
        OwningGroup = 0x04,
        Group = 0x08,
        Mask = 0x10,
        Other = 0x20,
    }

    /// <summary>Reads the list of a file, or makes one of its mode where it has none.</summary>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static PosixAcl Read(string path)
    {
        var (mode, owner, group) = Libc.Owner(path);
        var entries = Libc.GetAttribute(path, Attribute) is { } bytes && Parse(bytes) is { } listed ? listed : OfMode(mode);
        return new PosixAcl(entries, owner, group);
    }

    /// <summary>Whether a user has all of some permissions: the algorithm of acl(5). Root's powers are not considered.</summary>
    public bool Allows(QemuUser user, Permissions wanted)
    {
        if (user.Id == _owner)
        {
            return Has(Find(Tag.Owner), wanted);
        }

        var mask = _entries.Exists(entry => entry.Tag == Tag.Mask) ? Find(Tag.Mask) : All;
        if (_entries.FindIndex(entry => entry.Tag == Tag.User && entry.Id == user.Id) is >= 0 and var named)
        {
            return Has(_entries[named].Permissions & mask, wanted);
        }

        var groups = _entries
            .Where(entry => (entry.Tag == Tag.OwningGroup && user.Groups.Contains(_group)) || (entry.Tag == Tag.Group && user.Groups.Contains(entry.Id)))
            .ToList();
        return groups.Count > 0 ? groups.Exists(entry => Has(entry.Permissions & mask, wanted)) : Has(Find(Tag.Other), wanted);
    }

    /// <summary>Gives a user some permissions on a file beside those it has by name, and nobody else any.</summary>
    /// <exception cref="IOException">The file is not ours, or its file system has no such lists.</exception>
    public void Grant(string path, uint user, Permissions permissions)
    {
        // The mask bounds what users and groups get, and has to let this user through: what it has kept from others (chmod of a file with a list moves
        // nothing but the mask) is taken from their entries first.
        var known = _entries.FindIndex(entry => entry.Tag == Tag.Mask);
        var bound = known >= 0 ? _entries[known].Permissions : All;
        for (var index = 0; index < _entries.Count; index++)
        {
            if (IsBounded(_entries[index].Tag))
            {
                _entries[index] = _entries[index] with { Permissions = _entries[index].Permissions & bound };
            }
        }

        var named = _entries.Find(entry => entry.Tag == Tag.User && entry.Id == user).Permissions;
        _entries.RemoveAll(entry => (entry.Tag == Tag.User && entry.Id == user) || entry.Tag == Tag.Mask);
        _entries.Add(new Entry(Tag.User, named | permissions, user));
        var mask = _entries.Where(entry => IsBounded(entry.Tag)).Aggregate(Permissions.None, (all, entry) => all | entry.Permissions);
        _entries.Add(new Entry(Tag.Mask, mask, NoId));

        var ordered = _entries.OrderBy(entry => entry.Tag).ThenBy(entry => entry.Id).ToList();
        var bytes = new byte[HeaderBytes + (ordered.Count * EntryBytes)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Version);
        for (var index = 0; index < ordered.Count; index++)
        {
            var target = bytes.AsSpan(HeaderBytes + (index * EntryBytes));
            BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)ordered[index].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(target[2..], (ushort)ordered[index].Permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(target[4..], ordered[index].Id);
        }

        Libc.SetAttribute(path, Attribute, bytes);
    }

    private static List<Entry>? Parse(byte[] bytes)
    {
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Version)
        {
            return null;
        }

        var entries = new List<Entry>();
        for (var offset = HeaderBytes; offset + EntryBytes <= bytes.Length; offset += EntryBytes)
        {
            var source = bytes.AsSpan(offset);
            entries.Add(new Entry(
                (Tag)BinaryPrimitives.ReadUInt16LittleEndian(source),
                (Permissions)BinaryPrimitives.ReadUInt16LittleEndian(source[2..]),
                BinaryPrimitives.ReadUInt32LittleEndian(source[4..])));
        }

        return entries;
    }

    private static List<Entry> OfMode(int mode) =>
    [
        new(Tag.Owner, (Permissions)((mode >> 6) & 7), NoId),
        new(Tag.OwningGroup, (Permissions)((mode >> 3) & 7), NoId),
        new(Tag.Other, (Permissions)(mode & 7), NoId),
    ];

    private static bool IsBounded(Tag tag) => tag is Tag.User or Tag.Group or Tag.OwningGroup;

    private static bool Has(Permissions given, Permissions wanted) => (given & wanted) == wanted;

    private Permissions Find(Tag tag) => _entries.Find(entry => entry.Tag == tag).Permissions;

    private readonly record struct Entry(Tag Tag, Permissions Permissions, uint Id);
}

using Iso9660.Naming;

namespace Iso9660.RockRidge;

/// <summary>Which entries each kind of directory record of the primary hierarchy carries.</summary>
internal sealed class RockRidgeEntries(Ownership ownership, DateTimeOffset time)
{
    private const uint RegularFile = 0x8000; // S_IFREG of RRIP 4.1.1, 0100000
    private const uint Directory = 0x4000;   // S_IFDIR, 0040000

    private readonly byte[] _timeStamps = SystemUseEntry.TimeStamps(time);

    /// <summary>Of the record of a file or directory in its parent.</summary>
    public IReadOnlyList<byte[]> ForChild(Node node) => [Attributes(node), _timeStamps, SystemUseEntry.AlternateName(node.Name)];

    /// <summary>Of the first record in the root (SUSP 5.3).</summary>
    public IReadOnlyList<byte[]> ForRootItself(DirectoryNode root) =>
        [SystemUseEntry.SharingProtocol(), Attributes(root), _timeStamps, SystemUseEntry.ExtensionReference()];

    /// <summary>Of a directory's record of itself or of its parent, which has no name.</summary>
    public IReadOnlyList<byte[]> ForNameless(DirectoryNode directory) => [Attributes(directory), _timeStamps];

    private byte[] Attributes(Node node) => SystemUseEntry.PosixAttributes(node switch
    {
        DirectoryNode directory => new PosixAttributes(
            Directory | (uint)ownership.DirectoryMode,
            2 + (uint)directory.Subdirectories, // its name, its ".", each child's ".."
            ownership.UserId,
            ownership.GroupId),
        _ => new PosixAttributes(RegularFile | (uint)ownership.FileMode, 1, ownership.UserId, ownership.GroupId),
    });
}

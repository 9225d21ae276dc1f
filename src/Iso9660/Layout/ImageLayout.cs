using Iso9660.Fields;
using Iso9660.Naming;
using Iso9660.RockRidge;
using Iso9660.Structures;

namespace Iso9660.Layout;

/// <summary>
/// The place of everything: system area, volume descriptors, path tables, the primary hierarchy, Joliet's, and then the files' contents.
/// </summary>
internal sealed class ImageLayout
{
    private const int PrimaryDescriptorSector = Sector.SystemAreaLength;
    private const int JolietDescriptorSector = PrimaryDescriptorSector + 1;
    private const int TerminatorSector = JolietDescriptorSector + 1;

    /// <summary>
    /// Images are whole multiples of 32 KiB, the block of a DVD, so that hosts with larger sectors than 2048 bytes read them to the end.
    /// </summary>
    private const int SectorsInBlock = 16;

    /// <summary>
    /// The 150 sectors behind the last file that burning programs add too. Readers that look for a file system of any kind read 68 KiB at once
    /// and give up where the medium is shorter (busybox's findfs does), and kernels read ahead.
    /// </summary>
    private const int TrailingSectors = 150;

    private readonly string _volumeId;
    private readonly DateTimeOffset _time;
    private readonly Dictionary<FileNode, Extent> _files = [];
    private readonly Hierarchy _primary;
    private readonly Hierarchy _joliet;
    private readonly long _firstFileSector;
    private readonly long _sectors;

    /// <exception cref="InvalidOperationException">The contents need more sectors than ISO 9660 can number.</exception>
    public ImageLayout(string volumeId, DirectoryNode root, Ownership ownership, DateTimeOffset time)
    {
        _volumeId = volumeId;
        _time = time;
        CollectFiles(root);
        _primary = new Hierarchy(root, new PrimaryScheme(), _files, new RockRidgeEntries(ownership, time));
        _joliet = new Hierarchy(root, new JolietScheme(), _files, rockRidge: null);

        var fileSectors = _files.Values.Sum(extent => Sector.Count(extent.Length));
        if (fileSectors > uint.MaxValue / 2)
        {
            throw new InvalidOperationException(
                $"The files need {fileSectors} sectors of {Sector.Size} bytes, more than one ISO 9660 image holds; put less into it.");
        }

        long next = TerminatorSector + 1;
        _primary.PlacePathTables(ref next);
        _joliet.PlacePathTables(ref next);
        _primary.PlaceDirectories(ref next);
        _joliet.PlaceDirectories(ref next);
        _firstFileSector = next;
        foreach (var extent in _files.Values)
        {
            extent.Place(ref next);
        }

        _sectors = (next + TrailingSectors + SectorsInBlock - 1) / SectorsInBlock * SectorsInBlock;
    }

    /// <summary>Bytes of the image.</summary>
    public long Length => _sectors * Sector.Size;

    /// <summary>Writes the image from its first byte to its last, without seeking.</summary>
    public void WriteTo(Stream destination)
    {
        var metadata = new byte[checked((int)_firstFileSector * Sector.Size)];
        WriteMetadata(new SectorSpan(metadata));
        destination.Write(metadata);

        Span<byte> zeros = stackalloc byte[Sector.Size];
        zeros.Clear();
        long position = metadata.Length;
        foreach (var file in _files.Keys)
        {
            destination.Write(file.Contents.Span);
            position += file.Contents.Length;
            var rest = (int)((Sector.Size - (position % Sector.Size)) % Sector.Size);
            destination.Write(zeros[..rest]);
            position += rest;
        }

        for (; position < Length; position += zeros.Length)
        {
            destination.Write(zeros);
        }
    }

    private void WriteMetadata(SectorSpan image)
    {
        var sectors = (uint)_sectors;
        VolumeDescriptor.WritePrimary(image.At(PrimaryDescriptorSector), _volumeId, sectors, _primary.Location, _time);
        VolumeDescriptor.WriteJoliet(image.At(JolietDescriptorSector), _volumeId, sectors, _joliet.Location, _time);
        VolumeDescriptor.WriteTerminator(image.At(TerminatorSector));
        _primary.Write(image, _time);
        _joliet.Write(image, _time);
    }

    /// <summary>Files in the order of the tree. A dictionary that only grows keeps it.</summary>
    private void CollectFiles(DirectoryNode directory)
    {
        foreach (var child in directory.Children)
        {
            if (child is DirectoryNode subdirectory)
            {
                CollectFiles(subdirectory);
            }
            else if (child is FileNode file)
            {
                _files.Add(file, new Extent { Length = (uint)file.Contents.Length });
            }
        }
    }
}

namespace Iso9660;

/// <summary>
/// An ISO 9660 image (ECMA-119) with Rock Ridge and Joliet, whose files all lie in the root directory: put them into it, then take its bytes. The
/// same files give the same bytes, whatever the order in which they were added; the clock is not read. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>Names are kept whole in Rock Ridge (UTF-8) and Joliet (UTF-16): at most 64 UTF-16 code units, none of <c>*/:;?\</c>, no control
/// character, no dot at the end. The primary hierarchy shows upper-case, shortened, unique names to readers that know neither extension.
/// Names that differ in case alone are two files to Rock Ridge; to Windows, and to Linux reading Joliet without <c>check=strict</c>, they are
/// one.</para>
/// <para>To Rock Ridge everything is root's and readable for everybody: files 0444, the directory 0555. The time of the volume and of everything
/// in it is the first second of the year 2000, UTC; blkid makes the file system's UUID of it.</para>
/// <para>An image can hold secrets. Nothing here logs or keeps them, and no file is made: whoever makes one creates it readable by its
/// owner only, from the moment it exists (<see cref="FileStreamOptions.UnixCreateMode"/>).</para>
/// </remarks>
public sealed class IsoImage
{
    // What lies behind the system area. Each path table has a sector; behind the directories come the files' contents.
    private const int PrimaryDescriptor = Sector.SystemAreaLength;
    private const int JolietDescriptor = PrimaryDescriptor + 1;
    private const int Terminator = JolietDescriptor + 1;
    private const int PrimaryPathTables = Terminator + 1;
    private const int JolietPathTables = PrimaryPathTables + PathTable.Count;
    private const int PrimaryRoot = JolietPathTables + PathTable.Count;

    /// <summary>
    /// Images are whole multiples of 32 KiB, the block of a DVD, so that hosts with larger sectors than 2048 bytes read them to the end.
    /// </summary>
    private const int SectorsInBlock = 16;

    /// <summary>
    /// The 150 sectors behind the last file that burning programs add too. Readers that look for a file system of any kind read 68 KiB at once
    /// and give up where the medium is shorter (busybox's findfs does), and kernels read ahead.
    /// </summary>
    private const int TrailingSectors = 150;

    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _files = new(StringComparer.Ordinal);

    /// <summary>An empty image.</summary>
    /// <param name="volumeId">
    /// The label, 1 to 32 printable ASCII characters. It is recorded as it is, although ECMA-119 8.4.6 asks for <c>A-Z0-9_</c>: Linux shows what is
    /// recorded (<c>/dev/disk/by-label</c>, <c>blkid</c>), and a label such as <c>instance-configuration</c> has to be found under its own name.
    /// Joliet's field holds only 16 characters and gets the first 16; blkid sees that it is the same label, cut, and reports the whole one.
    /// Windows shows the cut one.
    /// </param>
    /// <exception cref="ArgumentException">The label is empty, too long, not printable ASCII, or starts or ends with a space.</exception>
    public IsoImage(string volumeId) => VolumeId = VolumeIdentifier.Check(volumeId);

    /// <summary>The label.</summary>
    public string VolumeId { get; }

    /// <summary>Adds a file.</summary>
    /// <param name="name">Its name in the root directory.</param>
    /// <param name="contents">Not copied: it must stay unchanged until the image is made.</param>
    /// <returns>This image.</returns>
    /// <exception cref="ArgumentException">The name is invalid, too long or taken; the message says which.</exception>
    public IsoImage AddFile(string name, ReadOnlyMemory<byte> contents)
    {
        if (!_files.TryAdd(FileName.Check(name), contents))
        {
            throw new ArgumentException($"The file '{name}' is already in the image.", nameof(name));
        }

        return this;
    }

    /// <summary>The image's bytes.</summary>
    /// <exception cref="InvalidOperationException">They are more than an array holds (2 GiB).</exception>
    public byte[] ToArray()
    {
        var primaryNames = FileIdentifier.Primary(_files.Keys);
        var jolietNames = FileIdentifier.Joliet(_files.Keys);

        // No length depends on a place: directories written for nowhere tell how long they are, and so where everything lies.
        var (contents, _) = Place(0);
        var primary = new RootDirectory(default, primaryNames, contents, rockRidge: true);
        var joliet = new RootDirectory(default, jolietNames, contents, rockRidge: false);
        var primaryRoot = new Extent(PrimaryRoot, primary.Length);
        var jolietRoot = new Extent(PrimaryRoot + primary.Sectors, joliet.Length);
        (contents, var end) = Place(jolietRoot.Start + joliet.Sectors);
        primary = new RootDirectory(primaryRoot, primaryNames, contents, rockRidge: true);
        joliet = new RootDirectory(jolietRoot, jolietNames, contents, rockRidge: false);

        var sectors = (end + TrailingSectors + SectorsInBlock - 1) / SectorsInBlock * SectorsInBlock;
        var length = sectors * Sector.Size;
        if (length > Array.MaxLength)
        {
            throw new InvalidOperationException($"The image would have {length} bytes, and {Array.MaxLength} are the most: put less into it.");
        }

        var image = new byte[length];
        VolumeDescriptor.WritePrimary(At(PrimaryDescriptor), VolumeId, (uint)sectors, PrimaryPathTables, primaryRoot);
        VolumeDescriptor.WriteJoliet(At(JolietDescriptor), VolumeId, (uint)sectors, JolietPathTables, jolietRoot);
        VolumeDescriptor.WriteTerminator(At(Terminator));
        PathTable.WriteBoth(At(PrimaryPathTables), primaryRoot.Start);
        PathTable.WriteBoth(At(JolietPathTables), jolietRoot.Start);
        primary.Write(At(primaryRoot.Start));
        joliet.Write(At(jolietRoot.Start));
        foreach (var (name, bytes) in _files)
        {
            bytes.Span.CopyTo(At(contents[name].Start));
        }

        return image;

        Span<byte> At(uint sector) => image.AsSpan((int)(sector * Sector.Size));
    }

    /// <summary>Where the contents of the files lie from a sector on, in the order of names, and the sector behind them.</summary>
    private (Dictionary<string, Extent> Contents, long End) Place(long sector)
    {
        var contents = new Dictionary<string, Extent>(_files.Count);
        foreach (var (name, bytes) in _files)
        {
            // What has no bytes has no place.
            contents.Add(name, bytes.IsEmpty ? default : new Extent((uint)sector, (uint)bytes.Length));
            sector += Sector.Count(bytes.Length);
        }

        return (contents, sector);
    }
}

using Iso9660.Fields;
using Iso9660.Layout;
using Iso9660.Naming;
using Iso9660.RockRidge;

namespace Iso9660;

/// <summary>
/// An ISO 9660 image (ECMA-119) with Rock Ridge and Joliet: put files into it, then write it. The same contents give the same bytes,
/// whatever the order in which they were added; the clock is not read. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>Names are kept whole in Rock Ridge (UTF-8) and Joliet (UTF-16): at most 64 UTF-16 code units, none of <c>*/:;?\</c>, no control
/// character, no dot at the end. Paths have at most 240 characters and 8 levels of directories, the root included. The primary
/// hierarchy shows upper-case, shortened, unique names to readers that know neither extension. Names that differ in case alone are two files to
/// Rock Ridge; to Windows, and to Linux reading Joliet without <c>check=strict</c>, they are one.</para>
/// <para>An image can hold secrets. Nothing here logs or keeps them, and no file is made: whoever makes one creates it readable by its
/// owner only, from the moment it exists (<see cref="FileStreamOptions.UnixCreateMode"/>).</para>
/// </remarks>
public sealed class IsoImage
{
    /// <summary>The timestamp of an image that is given none: the first second of the year 2000, UTC.</summary>
    public static readonly DateTimeOffset DefaultTimestamp = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Numbers of directories are 16 bits wide in path tables (ECMA-119 9.4.4).</summary>
    private const int MaxDirectories = ushort.MaxValue;

    private readonly DirectoryNode _root = new("");
    private readonly DateTimeOffset _timestamp = DefaultTimestamp;
    private readonly UnixFileMode _fileMode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly UnixFileMode _directoryMode = UnixFileMode.UserRead | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private int _directories = 1;

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

    /// <summary>
    /// The time of the volume and of everything in it, to the second; <see cref="DefaultTimestamp"/> unless set. blkid makes the
    /// file system's UUID of it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The year in UTC is not within 1900 and 2155 (ECMA-119 9.1.5).</exception>
    public DateTimeOffset Timestamp
    {
        get => _timestamp;
        init
        {
            if (value.UtcDateTime.Year is < RecordingTime.FirstYear or > RecordingTime.LastYear)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value),
                    value,
                    $"ISO 9660 records the years {RecordingTime.FirstYear} to {RecordingTime.LastYear}.");
            }

            _timestamp = value;
        }
    }

    /// <summary>Owner of everything (Rock Ridge); root unless set.</summary>
    public uint UserId { get; init; }

    /// <summary>Group of everything (Rock Ridge); root unless set.</summary>
    public uint GroupId { get; init; }

    /// <summary>Permissions of files (Rock Ridge); 0444 unless set: whoever reaches a mounted medium reads it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value has other bits than <see cref="UnixFileMode"/> defines.</exception>
    public UnixFileMode FileMode
    {
        get => _fileMode;
        init => _fileMode = CheckMode(value);
    }

    /// <summary>Permissions of directories (Rock Ridge); 0555 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value has other bits than <see cref="UnixFileMode"/> defines.</exception>
    public UnixFileMode DirectoryMode
    {
        get => _directoryMode;
        init => _directoryMode = CheckMode(value);
    }

    /// <summary>Adds a file and, where they are missing, the directories above it.</summary>
    /// <param name="path">Names separated by <c>/</c>, without one at the start.</param>
    /// <param name="contents">
    /// Not copied: it must stay unchanged until the image is written. Memory ends at 2 GiB, well below the 4 GiB that one extent holds.
    /// </param>
    /// <returns>This image.</returns>
    /// <exception cref="ArgumentException">The path is invalid, too long, too deep or taken; the message says which.</exception>
    public IsoImage AddFile(string path, ReadOnlyMemory<byte> contents)
    {
        var names = ImagePath.Split(path);
        var directory = Descend(path, names.AsSpan(..^1));
        if (directory.Find(names[^1]) is not null)
        {
            throw new ArgumentException($"The path '{path}' is already in the image.", nameof(path));
        }

        directory.Add(new FileNode(names[^1], contents));
        return this;
    }

    /// <summary>Adds a directory and those above it. One that is there already stays as it is.</summary>
    /// <param name="path">Names separated by <c>/</c>, without one at the start or end.</param>
    /// <returns>This image.</returns>
    /// <exception cref="ArgumentException">The path is invalid, too long, too deep or a file's; the message says which.</exception>
    public IsoImage AddDirectory(string path)
    {
        Descend(path, ImagePath.Split(path));
        return this;
    }

    /// <summary>Writes the image without seeking. The stream is neither flushed nor closed.</summary>
    /// <exception cref="InvalidOperationException">The contents are more than one image holds (4 TiB).</exception>
    public void WriteTo(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Plan().WriteTo(destination);
    }

    /// <summary>The image in memory.</summary>
    /// <exception cref="InvalidOperationException">The image is longer than an array can be: write it to a stream.</exception>
    public byte[] ToArray()
    {
        var layout = Plan();
        if (layout.Length > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"The image has {layout.Length} bytes and an array holds {Array.MaxLength}: write it to a stream instead.");
        }

        var image = new byte[layout.Length];
        using var stream = new MemoryStream(image);
        layout.WriteTo(stream);
        return image;
    }

    private static UnixFileMode CheckMode(UnixFileMode mode) => ((uint)mode & ~0xFFFu) == 0
        ? mode
        : throw new ArgumentOutOfRangeException(nameof(mode), mode, "Permissions are the twelve bits 0000 to 7777.");

    private ImageLayout Plan() => new(VolumeId, _root, new Ownership(UserId, GroupId, FileMode, DirectoryMode), Timestamp);

    private DirectoryNode Descend(string path, ReadOnlySpan<string> names)
    {
        ImagePath.CheckLevel(path, 1 + names.Length);
        var directory = _root;
        foreach (var name in names)
        {
            directory = directory.Find(name) switch
            {
                DirectoryNode existing => existing,
                null => AddDirectory(directory, name, path),
                _ => throw new ArgumentException($"The path '{path}' cannot be added: '{name}' in it is a file.", nameof(path)),
            };
        }

        return directory;
    }

    private DirectoryNode AddDirectory(DirectoryNode parent, string name, string path)
    {
        if (_directories == MaxDirectories)
        {
            throw new ArgumentException($"The path '{path}' needs one directory more than the {MaxDirectories} of ISO 9660.", nameof(path));
        }

        _directories++;
        var directory = new DirectoryNode(name);
        parent.Add(directory);
        return directory;
    }
}

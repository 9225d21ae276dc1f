using System.Buffers.Binary;
using System.Text;

namespace Iso9660.Tests.Reading;

/// <summary>
/// A small reader of ISO 9660, written from the standard alone so that it shares no mistake with the writer. It insists on what the
/// standard says, and throws where an image departs from it.
/// </summary>
internal sealed class IsoReader
{
    private const int Sector = 2048;

    /// <summary>Offset and length of the texts that nobody is named in: system, volume set, publisher, preparer, application, three files.</summary>
    private static readonly (int Offset, int Length)[] EmptyTexts =
        [(8, 32), (190, 128), (318, 128), (446, 128), (574, 128), (702, 37), (739, 37), (776, 37)];

    private readonly byte[] _image;
    private readonly List<(long First, long Last, string What)> _extents = [];

    public IsoReader(byte[] image)
    {
        _image = image;
        Require(image.Length % Sector == 0, "whole sectors");
        Require(image.AsSpan(0, 16 * Sector).IndexOfAnyExcept((byte)0) < 0, "an empty system area");
        Primary = ReadVolume(16, 1);
        Joliet = ReadVolume(17, 2);
        Require(image[18 * Sector] == 255 && Text(18 * Sector + 1, 5) == "CD001", "a terminator");
    }

    public ReadVolume Primary { get; }

    public ReadVolume Joliet { get; }

    /// <summary>Every extent that was read, each once, in the order of their places.</summary>
    public IReadOnlyList<(long First, long Last, string What)> Extents => [.. _extents.Distinct().Order()];

    private ReadVolume ReadVolume(int sector, byte type)
    {
        var at = sector * Sector;
        Require(_image[at] == type && Text(at + 1, 5) == "CD001" && _image[at + 6] == 1, "a volume descriptor");
        var wide = type == 2;
        Require(!wide || Text(at + 88, 3) == "%/E", "Joliet's escape sequence");
        Require(Both32(at + 80) * Sector == _image.Length, "a volume as long as the image");
        Require(Both16(at + 128) == Sector, "the block size");
        _extents.Add((sector, sector, $"descriptor {type}"));

        Require(_image.AsSpan(at + 813, 34).SequenceEqual("2000010100000000\02000010100000000\0"u8), "the times of the volume");
        foreach (var (offset, length) in EmptyTexts)
        {
            var text = wide ? Encoding.BigEndianUnicode.GetString(_image, at + offset, length & ~1) : Text(at + offset, length);
            Require(text.All(character => character == ' ') && (!wide || length % 2 == 0 || _image[at + offset + length - 1] == 0), "spaces");
        }

        var root = ReadRecord(at + 156, wide);
        Require(root.IsDirectory, "a root");
        Require(Both32(at + 132) == 10, "path tables of one record");
        RequirePathTable(BinaryPrimitives.ReadUInt32LittleEndian(_image.AsSpan(at + 140)), root, bigEndian: false);
        RequirePathTable(BinaryPrimitives.ReadUInt32BigEndian(_image.AsSpan(at + 148)), root, bigEndian: true);

        var records = ReadDirectory(root, wide);
        return new ReadVolume(
            wide ? Encoding.BigEndianUnicode.GetString(_image, at + 40, 32).TrimEnd(' ') : Text(at + 40, 32).TrimEnd(' '),
            SystemUse.Read(_image, records[0]),
            [.. records.Skip(2).Select(record => ReadFile(record, wide))]);
    }

    /// <summary>The root's record of itself, the one of its parent, and those of the files.</summary>
    private List<RawRecord> ReadDirectory(RawRecord root, bool wide)
    {
        Require(root.Length > 0 && root.Length % Sector == 0, "whole sectors in the root directory");
        AddExtent(root.Sector, root.Length, $"root directory of {(wide ? "Joliet" : "primary")}");
        var start = (int)root.Sector * Sector;
        var records = new List<RawRecord>();
        for (var at = start; at < start + root.Length;)
        {
            if (_image[at] == 0)
            {
                Require((at % Sector) != 0, "a record at the start of each sector of a directory");
                at = (at / Sector + 1) * Sector;
                continue;
            }

            Require(at / Sector == (at + _image[at] - 1) / Sector, "records that do not cross sectors");
            records.Add(ReadRecord(at, wide));
            at += _image[at];
        }

        foreach (var (record, identifier) in records.Zip(new byte[] { 0, 1 }))
        {
            Require(record.RawIdentifier.SequenceEqual([identifier]) && record.IsDirectory, "'.' and '..'");
            Require(record.Sector == root.Sector && record.Length == root.Length, "a root that is its own parent");
        }

        if (!wide)
        {
            var sharing = SystemUse.Read(_image, records[0]);
            Require(sharing.Entries[0].Signature == "SP" && sharing.Entries[0].Data is [0xBE, 0xEF, 0], "SP first in the root");
            Require(Encoding.ASCII.GetString(sharing.Single("ER"), 4, 10) == "RRIP_1991A", "ER in the root");
            Require(SystemUse.Read(_image, records[1]).Single("PX").SequenceEqual(sharing.Single("PX")), "the same attributes in '.' and '..'");
        }

        return records;
    }

    private ReadFile ReadFile(RawRecord record, bool wide)
    {
        Require(!record.IsDirectory, "files alone in the root");
        var systemUse = wide ? null : SystemUse.Read(_image, record);
        var name = systemUse?.Name ?? Encoding.BigEndianUnicode.GetString(record.RawIdentifier);
        AddExtent(record.Sector, record.Length, $"file {name}");
        return new ReadFile(name, record, systemUse, _image.AsSpan((int)record.Sector * Sector, (int)record.Length).ToArray());
    }

    private RawRecord ReadRecord(int at, bool wide)
    {
        var length = _image[at];
        Require(length % 2 == 0, "even records");
        var identifierLength = _image[at + 32];
        var identifier = _image.AsSpan(at + 33, identifierLength).ToArray();
        var systemUseAt = at + 33 + identifierLength + ((identifierLength & 1) == 0 ? 1 : 0);
        Require(!wide || identifierLength == 1 || identifierLength % 2 == 0, "UCS-2 identifiers");
        Require(_image[at + 1] == 0 && Both16(at + 28) == 1, "no extended attributes, first volume");
        Require(_image.AsSpan(at + 18, 7).SequenceEqual<byte>([100, 1, 1, 0, 0, 0, 0]), "the time of a record");
        return new RawRecord(
            identifier,
            Both32(at + 2),
            Both32(at + 10),
            (_image[at + 25] & 2) != 0,
            systemUseAt,
            at + length - systemUseAt);
    }

    private void RequirePathTable(uint sector, RawRecord root, bool bigEndian)
    {
        var table = _image.AsSpan((int)sector * Sector, 10);
        var location = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(table[2..]) : BinaryPrimitives.ReadUInt32LittleEndian(table[2..]);
        var parent = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(table[6..]) : BinaryPrimitives.ReadUInt16LittleEndian(table[6..]);
        Require(table[..2] is [1, 0] && location == root.Sector && parent == 1 && table[8..] is [0, 0], "the root in a path table");
        AddExtent(sector, table.Length, $"path table {(bigEndian ? 'M' : 'L')} of the root at {root.Sector}");
    }

    private void AddExtent(uint sector, long length, string what)
    {
        if (length > 0)
        {
            _extents.Add((sector, sector + ((length + Sector - 1) / Sector) - 1, what));
        }
    }

    private string Text(int at, int length) => Encoding.ASCII.GetString(_image, at, length);

    private ushort Both16(int at)
    {
        var value = BinaryPrimitives.ReadUInt16LittleEndian(_image.AsSpan(at));
        Require(value == BinaryPrimitives.ReadUInt16BigEndian(_image.AsSpan(at + 2)), "the same number in both orders");
        return value;
    }

    private uint Both32(int at)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(_image.AsSpan(at));
        Require(value == BinaryPrimitives.ReadUInt32BigEndian(_image.AsSpan(at + 4)), "the same number in both orders");
        return value;
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidDataException($"The image lacks {what}.");
        }
    }
}

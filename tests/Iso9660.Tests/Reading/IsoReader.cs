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

        var tableLength = (int)Both32(at + 132);
        var littleAt = BinaryPrimitives.ReadUInt32LittleEndian(_image.AsSpan(at + 140));
        var bigAt = BinaryPrimitives.ReadUInt32BigEndian(_image.AsSpan(at + 148));
        var little = ReadPathTable(littleAt, tableLength, bigEndian: false);
        var big = ReadPathTable(bigAt, tableLength, bigEndian: true);
        Require(little.SequenceEqual(big), "path tables that agree");
        AddExtent(littleAt, tableLength, $"path table L of {type}");
        AddExtent(bigAt, tableLength, $"path table M of {type}");

        var root = ReadRecord(at + 156, wide);
        var entries = new List<ReadEntry>();
        ReadDirectory(root, root, "", wide, entries);
        return new ReadVolume(
            wide ? Encoding.BigEndianUnicode.GetString(_image, at + 40, 32).TrimEnd(' ') : Text(at + 40, 32).TrimEnd(' '),
            root.Sector,
            entries,
            little);
    }

    private void ReadDirectory(RawRecord directory, RawRecord parent, string path, bool wide, List<ReadEntry> entries)
    {
        Require(directory.Length > 0 && directory.Length % Sector == 0, $"whole sectors in directory '{path}'");
        AddExtent(directory.Sector, directory.Length, $"directory {path} of {(wide ? "Joliet" : "primary")}");
        var start = (int)directory.Sector * Sector;
        var records = new List<RawRecord>();
        for (var at = start; at < start + directory.Length;)
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

        Require(records[0].RawIdentifier is [0] && records[0].Sector == directory.Sector && records[0].Length == directory.Length, "'.'");
        Require(records[1].RawIdentifier is [1] && records[1].Sector == parent.Sector && records[1].Length == parent.Length, "'..'");
        if (!wide && path.Length == 0)
        {
            var sharing = SystemUse.Read(_image, records[0]);
            Require(sharing.Entries[0].Signature == "SP" && sharing.Entries[0].Data is [0xBE, 0xEF, 0], "SP first in the root");
            Require(Encoding.ASCII.GetString(sharing.Single("ER"), 4, 10) == "RRIP_1991A", "ER in the root");
        }

        foreach (var record in records.Skip(2))
        {
            var systemUse = wide ? null : SystemUse.Read(_image, record);
            var name = systemUse?.Name ?? Encoding.BigEndianUnicode.GetString(record.RawIdentifier);
            var full = path.Length == 0 ? name : $"{path}/{name}";
            var contents = record.IsDirectory ? null : _image.AsSpan((int)record.Sector * Sector, (int)record.Length).ToArray();
            entries.Add(new ReadEntry(full, record, systemUse, contents, directory.Sector));
            if (record.IsDirectory)
            {
                ReadDirectory(record, directory, full, wide, entries);
            }
            else
            {
                AddExtent(record.Sector, record.Length, $"file {full}");
            }
        }
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
        return new RawRecord(
            identifier,
            Both32(at + 2),
            Both32(at + 10),
            (_image[at + 25] & 2) != 0,
            systemUseAt,
            at + length - systemUseAt);
    }

    private List<PathTableEntry> ReadPathTable(uint sector, int length, bool bigEndian)
    {
        var entries = new List<PathTableEntry>();
        var table = _image.AsSpan((int)sector * Sector, length);
        while (!table.IsEmpty)
        {
            var identifierLength = table[0];
            var location = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(table[2..]) : BinaryPrimitives.ReadUInt32LittleEndian(table[2..]);
            var parent = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(table[6..]) : BinaryPrimitives.ReadUInt16LittleEndian(table[6..]);
            entries.Add(new PathTableEntry(location, parent, Convert.ToHexString(table.Slice(8, identifierLength))));
            table = table[(8 + identifierLength + (identifierLength & 1))..];
        }

        return entries;
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

using System.Buffers.Binary;
using System.Text;

namespace Iso9660.Tests.Reading;

/// <summary>The system use entries of a record, those of its continuation area included (SUSP 5.1).</summary>
internal sealed record SystemUse(IReadOnlyList<(string Signature, byte[] Data)> Entries)
{
    /// <summary>The name that NM gives, or null.</summary>
    public string? Name => Entries.Any(entry => entry.Signature == "NM") ? Encoding.UTF8.GetString(Single("NM").AsSpan(1)) : null;

    /// <summary>A number of the PX entry: 0 mode, 1 links, 2 user, 3 group.</summary>
    public uint Posix(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Single("PX").AsSpan(8 * index));

    public bool IsContinued { get; private init; }

    public byte[] Single(string signature) => Entries.Single(entry => entry.Signature == signature).Data;

    public static SystemUse Read(byte[] image, RawRecord record)
    {
        var entries = new List<(string, byte[])>();
        var continued = false;
        var (at, length) = (record.SystemUseAt, record.SystemUseLength);
        while (length > 0)
        {
            (int At, int Length) next = (0, 0);
            for (var end = at + length; end - at >= 4; at += image[at + 2])
            {
                var signature = Encoding.ASCII.GetString(image, at, 2);
                if (image[at + 3] != 1 || at + image[at + 2] > end)
                {
                    throw new InvalidDataException($"The entry {signature} is damaged.");
                }

                if (signature == "CE")
                {
                    next = Continuation(image.AsSpan(at));
                    continued = true;
                }
                else
                {
                    entries.Add((signature, image.AsSpan(at + 4, image[at + 2] - 4).ToArray()));
                }
            }

            (at, length) = next;
        }

        return new SystemUse(entries) { IsContinued = continued };
    }

    private static (int At, int Length) Continuation(ReadOnlySpan<byte> entry)
    {
        var sector = BinaryPrimitives.ReadInt32LittleEndian(entry[4..]);
        var offset = BinaryPrimitives.ReadInt32LittleEndian(entry[12..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(entry[20..]);
        return offset + length <= 2048 ? (sector * 2048 + offset, length) : throw new InvalidDataException("A continuation crosses a sector.");
    }
}

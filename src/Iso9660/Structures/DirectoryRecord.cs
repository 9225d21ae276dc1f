using System.Diagnostics;
using Iso9660.Fields;
using Iso9660.RockRidge;

namespace Iso9660.Structures;

/// <summary>A directory record (ECMA-119 9.1): an identifier, where its data lies, and a system use area.</summary>
internal sealed class DirectoryRecord
{
    /// <summary>Bytes of the longest record: its length is one byte (9.1.1), and records are even (9.1.13).</summary>
    public const int MaxLength = 254;

    /// <summary>Bytes of a root directory record in a volume descriptor (8.4.18): no system use area there.</summary>
    public const int RootLength = 34;

    private const int IdentifierOffset = 33;
    private const byte DirectoryFlag = 0b10; // 9.1.6, bit 1

    /// <summary>The identifier of the root and of a directory's record of itself (7.6.2), one byte in Joliet too.</summary>
    public static readonly byte[] SelfIdentifier = [0];

    /// <summary>The identifier of a directory's record of its parent (7.6.2).</summary>
    public static readonly byte[] ParentIdentifier = [1];

    private readonly byte[] _identifier;
    private readonly bool _isDirectory;
    private readonly Extent _target;
    private readonly SystemUseArea _systemUse;

    public DirectoryRecord(byte[] identifier, bool isDirectory, Extent target, SystemUseArea systemUse)
    {
        _identifier = identifier;
        _isDirectory = isDirectory;
        _target = target;
        _systemUse = systemUse;
        Length = Even(SystemUseOffset(identifier.Length) + systemUse.Length);
        Debug.Assert(Length <= MaxLength, "identifiers are checked and system use areas overflow elsewhere");
    }

    /// <summary>Bytes of the record.</summary>
    public int Length { get; }

    /// <summary>Where the system use area begins behind an identifier and its padding to an even place (9.1.12).</summary>
    public static int SystemUseOffset(int identifierLength) => Even(IdentifierOffset + identifierLength);

    /// <summary>Writes the record.</summary>
    /// <param name="field">Zeroed and at least <see cref="Length"/> bytes.</param>
    /// <param name="time">The recording time.</param>
    public void Write(Span<byte> field, DateTimeOffset time)
    {
        field[0] = (byte)Length;                               // 9.1.1; 9.1.2, no extended attribute record
        BothEndian.Write32(field[2..], _target.Start);        // 9.1.3
        BothEndian.Write32(field[10..], _target.Length);       // 9.1.4
        RecordingTime.Write(field[18..], time);                // 9.1.5
        field[25] = _isDirectory ? DirectoryFlag : (byte)0;    // 9.1.6; 9.1.7 and 9.1.8, not interleaved
        BothEndian.Write16(field[28..], 1);                    // 9.1.9, the volume of the set
        field[32] = (byte)_identifier.Length;                  // 9.1.10
        _identifier.CopyTo(field[IdentifierOffset..]);         // 9.1.11
        _systemUse.Write(field[SystemUseOffset(_identifier.Length)..]); // 9.1.13
    }

    private static int Even(int length) => length + (length & 1);
}

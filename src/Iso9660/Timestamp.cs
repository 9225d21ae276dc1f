namespace Iso9660;

/// <summary>The one time in an image, the first second of the year 2000, UTC, in the two forms in which it is recorded.</summary>
internal static class Timestamp
{
    /// <summary>
    /// The binary form of directory records (ECMA-119 9.1.5) and of Rock Ridge's TF entry in its short form (RRIP 4.1.6): years since 1900, month,
    /// day, hour, minute, second, and the offset from UTC in quarters of an hour.
    /// </summary>
    public static ReadOnlySpan<byte> Recording => [100, 1, 1, 0, 0, 0, 0];

    /// <summary>The decimal form of volume descriptors: digits down to hundredths of a second, and the same offset (ECMA-119 8.4.26.1).</summary>
    public static ReadOnlySpan<byte> Volume => "2000010100000000\0"u8;

    /// <summary>In the decimal form, that no time is specified (ECMA-119 8.4.26.1).</summary>
    public static ReadOnlySpan<byte> NotSpecified => "0000000000000000\0"u8;
}

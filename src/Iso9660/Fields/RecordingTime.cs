namespace Iso9660.Fields;

/// <summary>The binary time of directory records (ECMA-119 9.1.5) and of Rock Ridge's TF entry in its short form (RRIP 4.1.6).</summary>
internal static class RecordingTime
{
    /// <summary>Bytes of the field.</summary>
    public const int Size = 7;

    /// <summary>The first year that the field's one byte, counted from 1900, can hold.</summary>
    public const int FirstYear = 1900;

    /// <summary>The last year that the field can hold.</summary>
    public const int LastYear = FirstYear + byte.MaxValue;

    /// <summary>Writes <paramref name="time"/> in UTC, to the second.</summary>
    public static void Write(Span<byte> field, DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        field[0] = checked((byte)(utc.Year - FirstYear));
        field[1] = (byte)utc.Month;
        field[2] = (byte)utc.Day;
        field[3] = (byte)utc.Hour;
        field[4] = (byte)utc.Minute;
        field[5] = (byte)utc.Second;
        field[6] = 0; // offset from UTC in quarters of an hour
    }
}

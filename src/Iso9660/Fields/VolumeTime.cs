using System.Globalization;
using System.Text;

namespace Iso9660.Fields;

/// <summary>The decimal time of volume descriptors: sixteen digits and an offset from UTC (ECMA-119 8.4.26.1).</summary>
internal static class VolumeTime
{
    /// <summary>Bytes of the field.</summary>
    public const int Size = 17;

    private const string DigitsToHundredths = "yyyyMMddHHmmssff";
    private const string NotSpecified = "0000000000000000";

    /// <summary>Writes <paramref name="time"/> in UTC, to the hundredth of a second; null writes "not specified".</summary>
    public static void Write(Span<byte> field, DateTimeOffset? time)
    {
        var digits = time?.UtcDateTime.ToString(DigitsToHundredths, CultureInfo.InvariantCulture) ?? NotSpecified;
        Encoding.ASCII.GetBytes(digits, field);
        field[Size - 1] = 0; // offset from UTC in quarters of an hour
    }
}

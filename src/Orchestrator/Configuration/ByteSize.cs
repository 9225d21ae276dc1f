using System.Globalization;

namespace Orchestrator.Configuration;

/// <summary>
/// A number of bytes, written the way QEMU writes sizes (<c>qemu_strtosz</c> in its <c>util/cutils.c</c>): digits, an optional fraction, and a
/// suffix <c>B K M G T P E</c> in either case that stands for a power of 1024. Without a suffix: bytes.
/// </summary>
/// <param name="Bytes">The number of bytes.</param>
public readonly record struct ByteSize(long Bytes)
{
    /// <summary>The regular expression (ECMA-262) that sizes match.</summary>
    public const string Pattern = "^[0-9]{1,19}(\\.[0-9]{1,9})?[BbKkMmGgTtPpEe]?$";

    private const string Suffixes = "BKMGTPE";
    private const int MostWholeDigits = 19;
    private const int MostFractionDigits = 9;

    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Reads a size.</summary>
    /// <returns>False when it is no size, is not a whole number of bytes, or has more than <see cref="long.MaxValue"/> of them.</returns>
    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        var power = 0;
        var number = text.AsSpan();
        if (number.Length > 0 && Suffixes.IndexOf(char.ToUpperInvariant(number[^1]), StringComparison.Ordinal) is >= 0 and var index)
        {
            power = index;
            number = number[..^1];
        }

        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        var fraction = point < 0 ? default : number[(point + 1)..];
        if (whole.Length is 0 or > MostWholeDigits || whole.ContainsAnyExceptInRange('0', '9')
            || (point >= 0 && (fraction.Length is 0 or > MostFractionDigits || fraction.ContainsAnyExceptInRange('0', '9'))))
        {
            return false;
        }

        // 128 bits hold 19 digits times 2^60; the fraction's 9 digits times 2^60 as well.
        var unit = Int128.One << (10 * power);
        var bytes = Int128.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture) * unit;
        if (fraction.Length > 0)
        {
            var scale = (Int128)Math.Pow(10, fraction.Length);
            var (more, rest) = Int128.DivRem(Int128.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture) * unit, scale);
            if (rest != 0)
            {
                return false;
            }

            bytes += more;
        }

        if (bytes > long.MaxValue)
        {
            return false;
        }

        size = new ByteSize((long)bytes);
        return true;
    }

    /// <summary>For people: <c>4 GiB</c>, <c>1.5 GiB</c>, <c>640 MiB</c>, <c>1000 bytes</c>; at most two decimals.</summary>
    public override string ToString()
    {
        var power = 0;
        var value = (double)Bytes;
        while (Math.Abs(value) >= 1024 && power < Units.Length - 1)
        {
            value /= 1024;
            power++;
        }

        return $"{value.ToString("0.##", CultureInfo.InvariantCulture)} {Units[power]}";
    }

    /// <summary>The shortest exact form that <see cref="TryParse"/> reads back: <c>4G</c>, <c>1536M</c>.</summary>
    public string ToExactString()
    {
        var power = 0;
        var value = Bytes;
        while (value != 0 && value % 1024 == 0 && power < Suffixes.Length - 1)
        {
            value /= 1024;
            power++;
        }

        var number = value.ToString(CultureInfo.InvariantCulture);
        return power == 0 ? number : number + Suffixes[power];
    }
}

using System.Text;

namespace Iso9660.Fields;

/// <summary>Text fields of a volume descriptor: left-justified and filled up with spaces (ECMA-119 7.4.3).</summary>
internal static class PaddedText
{
    /// <summary>One byte a character. The caller has checked that <paramref name="text"/> is ASCII and fits.</summary>
    public static void WriteAscii(Span<byte> field, string text)
    {
        field.Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, field);
    }

    /// <summary>
    /// UCS-2, most significant byte first (Joliet, "Wide Character Byte Ordering"), cut where the field ends. The odd byte at the end
    /// of a 37-byte field stays zero.
    /// </summary>
    public static void WriteUcs2(Span<byte> field, string text)
    {
        field.Clear();
        var capacity = field.Length / 2;
        var padded = text.Length > capacity ? text[..capacity] : text.PadRight(capacity);
        Encoding.BigEndianUnicode.GetBytes(padded, field);
    }
}

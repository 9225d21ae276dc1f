using System.Globalization;
using System.Text;
using System.Xml;

namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>Values as text in XML.</summary>
internal static class XmlValue
{
    /// <summary>Text for an element's content or an attribute's value in either kind of quotes.</summary>
    /// <exception cref="ConfigurationException">It has a character that XML 1.0 does not allow in any form (section 2.2, Char).</exception>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '&':
                    escaped.Append("&amp;");
                    break;
                case '<':
                    escaped.Append("&lt;");
                    break;
                case '>':
                    escaped.Append("&gt;");
                    break;
                case '"':
                    escaped.Append("&#34;");
                    break;
                case '\'':
                    escaped.Append("&#39;");
                    break;
                case '\t' or '\n' or '\r':
                    // As they are, a parser makes spaces of them.
                    escaped.Append(CultureInfo.InvariantCulture, $"&#{(int)text[index]};");
                    break;
                case var character when XmlConvert.IsXmlChar(character):
                    escaped.Append(character);
                    break;
                case var high when index + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[index + 1], high):
                    escaped.Append(high).Append(text[++index]);
                    break;
                case var character:
                    throw new ConfigurationException(FormattableString.Invariant(
                        $"{text.Replace(character, '?')}: has the character U+{(int)character:X4}, which XML cannot say; rename it"));
            }
        }

        return escaped.ToString();
    }

    /// <summary>A time of the world's clock, to the second: <c>2026-01-02T03:04:05Z</c>.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The value of <c>on_reboot</c>.</summary>
    public static string RebootAction(RebootAction action) => action == Drivers.RebootAction.Restart ? "restart" : "destroy";
}

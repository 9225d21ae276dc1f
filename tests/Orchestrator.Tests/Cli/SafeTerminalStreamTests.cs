using System.Text;
using CsCheck;
using Orchestrator.Cli;

namespace Orchestrator.Tests.Cli;

public sealed class SafeTerminalStreamTests
{
    private static readonly string[] Parts = ["\e[", "\e]", "m", "31", ";", "a", "\u0007", "\e\\", "ß", "\u009b", "\e", "😀", "\u202e", "\n"];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Theory]
    [InlineData("plain\r\n\ttext", "plain\r\n\ttext")]
    [InlineData("\e[1;31mred\e[0m", "\e[1;31mred\e[0m")]
    [InlineData("\e[2J\e[H\e[6n\e[?7lx", "x")]
    [InlineData("\e]0;title\u0007x", "x")]
    [InlineData("\e]52;c;c2VjcmV0\e\\x", "x")]
    [InlineData("\ePq#0\e\\x", "x")]
    [InlineData("\ecx", "x")]
    [InlineData("\e(Bx", "x")]
    [InlineData("\u009b31mx", "31mx")]
    [InlineData("\u0000\u0007\u007fx", "x")]
    [InlineData("Grüße, 世界 ¡", "Grüße, 世界 ¡")]
    [InlineData("\e[>4;2mx", "x")]
    [InlineData("\e[31\nx", "\nx")]
    [InlineData("\e]0;title\e[31mx", "\e[31mx")]
    [InlineData("\ePa string that never ends\nx", "\nx")]
    [InlineData("\u0085\u0090\u009dx", "x")]
    [InlineData("safe\u202etxt.exe\u2066\u200f\u061cx", "safetxt.exex")]
    [InlineData("\U000e0001\U000e0041x", "x")]
    [InlineData("😀 \ufffd", "😀 \ufffd")]
    public void Text_and_colours_pass_and_commands_to_the_terminal_do_not(string written, string passed) =>
        Assert.Equal(passed, Filter(Encoding.UTF8.GetBytes(written), cut: 0));

    [Theory]
    [InlineData(new byte[] { 0x9B, (byte)'3', (byte)'1', (byte)'m' }, "\ufffd31m")] // C1 as one byte
    [InlineData(new byte[] { 0xC0, 0x9B, (byte)'x' }, "\ufffd\ufffdx")] // an overlong escape
    [InlineData(new byte[] { 0xED, 0xA0, 0x80, (byte)'x' }, "\ufffd\ufffd\ufffdx")] // half a surrogate pair
    [InlineData(new byte[] { 0xE4, 0xB8, (byte)'\n', (byte)'x' }, "\ufffd\nx")] // a character that is not finished
    public void What_is_no_UTF8_reaches_the_terminal_as_replacement_characters(byte[] written, string passed)
    {
        for (var cut = 0; cut <= written.Length; cut++)
        {
            Assert.Equal(passed, Filter(written, cut));
        }
    }

    [Fact]
    public void Where_writes_are_cut_makes_no_difference_and_no_escape_passes_but_a_colour() =>
        Gen.Select(Gen.Int[0, Parts.Length - 1].Select(index => Parts[index]).Array[0, 12], Gen.Int[0, 20])
            .Sample((parts, cut) =>
            {
                var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
                var whole = Filter(bytes, cut: 0);
                Assert.Equal(whole, Filter(bytes, Math.Min(cut, bytes.Length)));
                Assert.DoesNotContain('\u202e', whole);
                Assert.DoesNotContain('\u009b', whole);
                Assert.DoesNotContain('\ufffd', whole);
                Assert.DoesNotContain('\e', System.Text.RegularExpressions.Regex.Replace(whole, "\e\\[[0-9;:]*m", ""));
            });

    private static string Filter(byte[] bytes, int cut)
    {
        using var terminal = new MemoryStream();
        using var filter = new SafeTerminalStream(terminal);
        filter.Write(bytes, 0, cut);
        filter.Write(bytes, cut, bytes.Length - cut);
        return Strict.GetString(terminal.ToArray());
    }
}

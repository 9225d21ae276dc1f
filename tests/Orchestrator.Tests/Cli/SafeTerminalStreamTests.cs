using System.Text;
using CsCheck;
using Orchestrator.Cli;

namespace Orchestrator.Tests.Cli;

public sealed class SafeTerminalStreamTests
{
    private static readonly string[] Parts = ["\e[", "\e]", "m", "31", ";", "a", "\u0007", "\e\\", "ß", "\u009b", "\e"];

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
    public void Text_and_colours_pass_and_commands_to_the_terminal_do_not(string written, string passed) =>
        Assert.Equal(passed, Filter(Encoding.UTF8.GetBytes(written), cut: 0));

    [Fact]
    public void Where_writes_are_cut_makes_no_difference_and_no_escape_passes_but_a_colour() =>
        Gen.Select(Gen.Int[0, Parts.Length - 1].Select(index => Parts[index]).Array[0, 12], Gen.Int[0, 20])
            .Sample((parts, cut) =>
            {
                var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
                var whole = Filter(bytes, cut: 0);
                Assert.Equal(whole, Filter(bytes, Math.Min(cut, bytes.Length)));
                Assert.DoesNotContain('\e', System.Text.RegularExpressions.Regex.Replace(whole, "\e\\[[0-9;:]*m", ""));
            });

    private static string Filter(byte[] bytes, int cut)
    {
        using var terminal = new MemoryStream();
        using var filter = new SafeTerminalStream(terminal);
        filter.Write(bytes, 0, cut);
        filter.Write(bytes, cut, bytes.Length - cut);
        return Encoding.UTF8.GetString(terminal.ToArray());
    }
}

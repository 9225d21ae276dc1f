using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

public sealed class SourceParserTests
{
    [Fact]
    public void Values_know_the_line_they_begin_on()
    {
        var root = Parse("{\n\"a\"\n:\n1,\r\n\"b\": [\n\n{}, \"x\"]}");

        Assert.Equal(1, root.Line);
        Assert.Equal((2, 4), (root.Properties[0].Line, root.Properties[0].Value.Line));
        Assert.Equal(5, root.Properties[1].Value.Line);
        Assert.Equal([7, 7], root.Properties[1].Value.Items.Select(item => item.Line));
    }

    [Theory]
    [InlineData("", "f:1: the file is empty")]
    [InlineData(" \n\t", "f:1: the file is empty")]
    [InlineData("{\n  // note\n}", "f:2: not valid JSON: comments are not part of JSON: remove it")]
    [InlineData("{} /* note */", "f:1: not valid JSON: comments are not part of JSON: remove it")]
    [InlineData("[\n1,\n]", "f:3: not valid JSON: there is a comma before the closing bracket: remove it")]
    [InlineData("[\n“a”]", "f:2: not valid JSON: “ is no quotation mark of JSON: write \"")]
    [InlineData("{\"a\": ‘b’}", "f:1: not valid JSON: ‘ is no quotation mark of JSON: write \"")]
    [InlineData("['a']", "f:1: not valid JSON: ' is no quotation mark of JSON: write \"")]
    [InlineData("{\n\u00a0\"a\": 1}", "f:2: not valid JSON: an invisible character, U+00A0 (a no-break space), that JSON does not know: write a space")]
    [InlineData("[1,\u200b2]", "f:1: not valid JSON: an invisible character, U+200B, that JSON does not know: write a space")]
    [InlineData("{\"a\": 1,}", "f:1: not valid JSON: there is a comma before the closing bracket: remove it")]
    public void Usual_slips_are_named_in_plain_words(string text, string message) => Assert.Equal(message, Refusal(text));

    [Theory]
    [InlineData("[1")]
    [InlineData("{\"a\"}")]
    [InlineData("[1] [2]")]
    [InlineData("[01]")]
    [InlineData("[NaN]")]
    [InlineData("['a']")]
    [InlineData("[\"a\nb\"]")]
    [InlineData("nul")]
    public void What_is_not_JSON_is_refused_on_its_line(string text)
    {
        var message = Refusal("\n\n" + text);

        Assert.Matches("^f:[34]: not valid JSON: ", message);
        Assert.DoesNotContain("LineNumber", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_named_by_line() => Assert.Equal(
        "f:2: byte 3 is not UTF-8: save the file in that encoding",
        Assert.Throws<ConfigurationException>(() => SourceParser.Parse([(byte)'[', (byte)'\n', (byte)'"', 0xFF, (byte)'"', (byte)']'], new SourceProblems("f"))).Message);

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.StartsWith("f:2: a string has half of a surrogate pair", Refusal("[\n\"\\ud800\"]"), StringComparison.Ordinal);

    [Fact]
    public void Keys_that_occur_twice_are_problems_even_when_spelled_differently()
    {
        var problems = new SourceProblems("f");
        SourceParser.Parse("{\"a\": 1,\n\"\\u0061\": 2,\n\"b c\": {\"x\": 1, \"x\": 2}}"u8, problems, "root");

        Assert.Equal(
            [
                "f:2: root.a: the key is already on line 1: remove one of the two",
                "f:3: root[\"b c\"].x: the key is already on line 3: remove one of the two",
            ],
            problems.Lines);
    }

    [Theory]
    [InlineData(SourceParser.MaximumDepth, true)]
    [InlineData(SourceParser.MaximumDepth + 1, false)]
    [InlineData(100_000, false)]
    public void Nesting_is_limited(int depth, bool fits)
    {
        var text = new string('[', depth) + new string(']', depth);
        if (fits)
        {
            Parse(text);
        }
        else
        {
            Assert.Equal("f:1: nested deeper than 64 levels: flatten it", Refusal(text));
        }
    }

    private static SourceValue Parse(string text) => SourceParser.Parse(Encoding.UTF8.GetBytes(text), new SourceProblems("f"));

    private static string Refusal(string text) => Assert.Throws<ConfigurationException>(() => Parse(text)).Message;
}

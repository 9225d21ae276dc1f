using System.Text;
using CsCheck;

namespace Orchestrator.Drivers.Tests;

public sealed class GuestReportTests
{
    public static TheoryData<string, GuestReport> Lines => new()
    {
        { """{"event":"ready"}""", new GuestReport.Ready() },
        { """{"event":"ready","since":"a later version knows what"}""" + "\r", new GuestReport.Ready() },
        { """{"event":"job-started","name":"build"}""", new GuestReport.JobStarted("build") },
        { """{"event":"job-started"}""", new GuestReport.JobStarted(null) },
        { """{"event":"job-started","name":7}""", new GuestReport.JobStarted(null) },
        { """{"event":"job-ended","result":"Succeeded"}""", new GuestReport.JobEnded("Succeeded") },
        { """{"event":"job-ended"}""", new GuestReport.JobEnded(null) },
        { """ { "text" : "größer", "event" : "status" } """, new GuestReport.Status("größer") },
        { """{"event":"status","text":"\u001b]0;owned\u0007 two\n\tlines \u202ederr"}""", new GuestReport.Status("]0;owned two lines derr") },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_says_what_it_says(string line, GuestReport report) => Assert.Equal(report, Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("ready")]
    [InlineData("null")]
    [InlineData("""["ready"]""")]
    [InlineData("""{"event":"dance"}""")]
    [InlineData("""{"event":"Ready"}""")]
    [InlineData("""{"event":["ready"]}""")]
    [InlineData("""{"Event":"ready"}""")]
    [InlineData("""{"event":"ready"}{"event":"ready"}""")]
    [InlineData("""{"event":"ready" """)]
    [InlineData("""{"event":"status"}""")]
    [InlineData("""{"event":"status","text":" \u202e\n"}""")]
    [InlineData("""{"event":"status","text":"\ud800"}""")]
    public void What_makes_no_sense_says_nothing(string line) => Assert.Null(Parse(line));

    [Fact]
    public void Bytes_that_are_no_text_say_nothing() => Assert.Null(GuestReport.Parse([.. "{\"event\":\"status\",\"text\":\""u8, 0xFF, 0xC0, .. "\"}"u8]));

    [Fact]
    public void A_long_text_is_cut()
    {
        var text = Assert.IsType<GuestReport.Status>(Parse($$"""{"event":"status","text":"{{new string('x', 3000)}}"}""")).Text;

        Assert.Equal(new string('x', 200), text);
    }

    [Fact]
    public void Arbitrary_texts_become_one_harmless_line() => Gen.String.Sample(text =>
        GuestReport.Parse(Encoding.UTF8.GetBytes($$"""{"event":"status","text":{{System.Text.Json.JsonSerializer.Serialize(text)}}}""")) is not GuestReport.Status(var clean)
        || !clean.Any(character => char.IsControl(character) || character is '\u202e' or '\u2028'));

    [Fact]
    public void Arbitrary_bytes_never_throw() => Gen.Byte.Array.Sample(bytes => GuestReport.Parse(bytes) is null);

    private static GuestReport? Parse(string line) => GuestReport.Parse(Encoding.UTF8.GetBytes(line));
}

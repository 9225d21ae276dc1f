using System.Text;

namespace Orchestrator.Drivers.Tests;

public sealed class GuestLinesTests
{
    private const string Ready = """{"event":"ready"}""" + "\n";

    private readonly Clock _clock = new();
    private readonly List<VmEvent> _heard = [];
    private readonly GuestLines _lines;

    public GuestLinesTests() => _lines = new GuestLines(_heard.Add, _clock);

    [Fact]
    public void A_line_may_come_in_pieces_and_several_at_once()
    {
        foreach (var piece in (string[])["{\"event\":", "\"ready\"", "}", "\n\n" + Ready + Ready + "{\"ev", "ent\":\"dance\"}\nnonsense\n"])
        {
            Assert.True(Hear(piece));
        }

        Assert.Equal<VmEvent>([Said, Said, Said], _heard);
    }

    [Fact]
    public void A_line_that_is_too_long_is_not_heard_up_to_its_end()
    {
        var longest = $$"""{"event":"ready","more":"{{new string('x', GuestLines.LongestLine - 27)}}"}""";
        Assert.True(Hear(longest + "\n"));

        Assert.False(Hear(longest + " "));
        Assert.False(Hear(Ready.TrimEnd()));
        Assert.True(Hear("\n" + Ready));
        Assert.Equal<VmEvent>([Said, new VmEvent.GuestUnheard(1), Said], _heard);
    }

    [Fact]
    public void A_line_without_an_end_is_told_of_once_and_takes_no_room()
    {
        var megabyte = new byte[1 << 20];
        Assert.False(_lines.Hear(megabyte));
        Assert.False(_lines.Hear(megabyte));
        _lines.End();

        Assert.Equal<VmEvent>([new VmEvent.GuestUnheard(1)], _heard);
    }

    [Fact]
    public void Of_a_flood_the_first_lines_are_heard_and_then_one_a_second()
    {
        for (var time = 0; time < 1000; time++)
        {
            Assert.Equal(time < GuestLines.AtOnce, Hear(Ready));
        }

        _clock.Elapsed += TimeSpan.FromSeconds(2.5);
        Assert.True(Hear(Ready));
        Assert.True(Hear(Ready));
        Assert.False(Hear(Ready));
        _lines.End();

        Assert.Equal(
            [.. Enumerable.Repeat<VmEvent>(Said, GuestLines.AtOnce), new VmEvent.GuestUnheard(1), Said, Said, new VmEvent.GuestUnheard(951)], _heard);
    }

    [Fact]
    public void A_guest_that_was_quiet_for_long_may_say_no_more_than_another()
    {
        _clock.Elapsed += TimeSpan.FromDays(1);

        Assert.False(Hear(string.Concat(Enumerable.Repeat(Ready, GuestLines.AtOnce + 1))));
    }

    private static VmEvent.GuestSaid Said => new(new GuestReport.Ready());

    private bool Hear(string text) => _lines.Hear(Encoding.UTF8.GetBytes(text));

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}

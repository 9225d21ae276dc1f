using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

public sealed class QmpTranscriptTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)));

    [Fact]
    public void A_line_has_the_time_in_utc_the_direction_and_the_message()
    {
        using MemoryStream log = new();
        using QmpTranscript transcript = new(log, _time);

        transcript.Sent("{\"execute\":\"stop\"}\n"u8);
        _time.Advance(TimeSpan.FromMicroseconds(1500));
        transcript.Received("{\"return\": {}}\r"u8);
        transcript.Remark("closed");

        Assert.Equal(
            """
            2026-01-02T01:04:05.000000Z > {"execute":"stop"}
            2026-01-02T01:04:05.001500Z < {"return": {}}
            2026-01-02T01:04:05.001500Z # closed

            """,
            Encoding.ASCII.GetString(log.ToArray()));
    }

    [Fact]
    public void Whatever_is_received_makes_one_line_of_printable_ascii() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        using MemoryStream log = new();
        using QmpTranscript transcript = new(log, _time);
        transcript.Received(bytes);

        var text = log.ToArray();
        Assert.Equal(text.Length - 1, text.AsSpan().IndexOfAnyExceptInRange((byte)' ', (byte)'~'));
        Assert.Equal((byte)'\n', text[^1]);
    });

    [Fact]
    public void A_full_transcript_says_so_once_and_stops()
    {
        using MemoryStream log = new();
        using QmpTranscript transcript = new(log, _time, maxBytes: 1000);
        for (var i = 0; i < 100; i++)
        {
            transcript.Received("{\"event\": \"DEVICE_TRAY_MOVED\"}"u8);
        }

        var lines = Encoding.ASCII.GetString(log.ToArray()).TrimEnd().Split('\n');
        Assert.EndsWith("# the transcript is full: what follows is not written down", lines[^1], StringComparison.Ordinal);
        Assert.Single(lines, line => line.Contains('#', StringComparison.Ordinal));
        Assert.InRange(log.Length, 900, 1100);
    }

    [Fact]
    public void A_very_long_message_is_cut()
    {
        using MemoryStream log = new();
        using QmpTranscript transcript = new(log, _time);
        transcript.Received(Encoding.ASCII.GetBytes(new string('x', QmpTranscript.MaxLineBytes + 5)));

        Assert.EndsWith("x... (5 more bytes)\n", Encoding.ASCII.GetString(log.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_transcript_that_cannot_be_written_harms_nobody()
    {
        using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using QmpTranscript transcript = new(full, _time);

        transcript.Remark("lost");
        transcript.Dispose();
        transcript.Remark("after the end");
    }

    [Fact]
    public void A_file_is_appended_to_readable_at_once_and_for_nobody_else()
    {
        var directory = Directory.CreateTempSubdirectory("qmp-transcript-");
        try
        {
            var path = Path.Combine(directory.FullName, "qmp.log");
            for (var connection = 1; connection <= 2; connection++)
            {
                using var transcript = QmpTranscript.Open(path, _time);
                transcript.Remark($"connection {connection}");
                Assert.Equal(connection, File.ReadAllLines(path).Length);
            }

            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

            // What an earlier connection has filled stays full.
            using (var transcript = QmpTranscript.Open(path, _time, maxBytes: 10))
            {
                transcript.Remark("too much");
            }

            Assert.Equal(2, File.ReadAllLines(path).Length);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

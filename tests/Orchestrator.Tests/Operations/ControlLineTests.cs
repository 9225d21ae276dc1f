using System.Text;
using CsCheck;
using Orchestrator.Operations;

namespace Orchestrator.Tests.Operations;

public sealed class ControlLineTests
{
    [Fact]
    public Task What_is_written_is_read_however_it_is_cut_into_pieces() =>
        Gen.Select(Gen.String, Gen.String.Null(), Gen.Bool, Gen.Int[1, 20]).SampleAsync(async (command, run, now, piece) =>
        {
            var request = new ControlRequest(command, run, now);
            using var line = new MemoryStream();
            await ControlLine.WriteAsync(line, request, ControlJson.Default.ControlRequest, CancellationToken.None);
            Assert.Equal((byte)'\n', line.ToArray()[^1]);
            line.Position = 0;

            var read = await ControlLine.ReadAsync(new PieceStream(line, piece), ControlJson.Default.ControlRequest, CancellationToken.None);

            // Half of a surrogate pair is no text, and goes over the line as U+FFFD.
            Assert.Equal(request with { Command = Text(command), Run = run is null ? null : Text(run) }, read);
        });

    [Fact]
    public async Task The_end_of_the_stream_is_no_line() =>
        Assert.Null(await ControlLine.ReadAsync(new MemoryStream(), ControlJson.Default.ControlRequest, TestContext.Current.CancellationToken));

    private static string Text(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Gives no more than some bytes at a time.</summary>
    private sealed class PieceStream(MemoryStream whole, int piece) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            whole.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}

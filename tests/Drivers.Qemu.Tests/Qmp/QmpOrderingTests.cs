using System.Text;
using CsCheck;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

/// <summary>Whatever the order of answers and events, and wherever the bytes are split, each goes where it belongs.</summary>
public sealed class QmpOrderingTests
{
    // One, two, three and four bytes in UTF-8: splits fall inside of them, too.
    private const string Text = "a é 漢 🦊 \\/ \\u00e9 \\ud83e\\udd8a";
    private const string TextRead = "a é 漢 🦊 / é 🦊";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Answers_in_any_order_among_events_split_anywhere_reach_their_callers()
    {
        var scenario =
            from calls in Gen.Int[0, 12]
            from events in Gen.Int[0, 12]
            from order in Gen.Shuffle(Enumerable.Range(0, calls + events).ToArray())
            from failing in Gen.Bool.Array[calls]
            from splits in Gen.Int[1, 60].Array[1, 10]
            select (calls, order, failing, splits);

        return scenario.SampleAsync(async (int calls, int[] order, bool[] failing, int[] splits) =>
        {
            var (client, qemu) = await FakeQemu.OpenAsync();
            await using var _ = client;
            using var __ = qemu;
            var waiting = Enumerable.Range(0, calls)
                .Select(number => client.ExecuteAsync($"command-{number}", cancellationToken: Token))
                .ToArray();
            var ids = new long[calls];
            for (var i = 0; i < calls; i++)
            {
                ids[i] = (await qemu.ReadAsync()).Id;
            }

            var messages = order.Select(number =>
                number >= calls ? FakeQemu.Event($"E{number}", $$"""{"text": "{{Text}}"}""")
                : failing[number] ? FakeQemu.Error(ids[number], $"{number} {Text}")
                : FakeQemu.Return(ids[number], $$"""{"number": {{number}}, "text": "{{Text}}"}"""));
            await SendSplitAsync(qemu, string.Concat(messages.Select(message => message + "\r\n")), splits);
            qemu.Dispose();

            for (var number = 0; number < calls; number++)
            {
                if (failing[number])
                {
                    var error = await Assert.ThrowsAsync<QmpCommandException>(waiting[number].Soon);
                    Assert.Equal(($"command-{number}", $"{number} {TextRead}"), (error.Command, error.Description));
                }
                else
                {
                    var answer = await waiting[number].Soon();
                    Assert.Equal(number, answer.GetProperty("number").GetInt32());
                    Assert.Equal(TextRead, answer.GetProperty("text").GetString());
                }
            }

            var events = await client.Events.ReadAllAsync(Token).ToListAsync(Token).AsTask().Soon();
            Assert.Equal(order.Where(number => number >= calls).Select(number => $"E{number}"), events.Select(happened => happened.Name));
            Assert.All(events, happened => Assert.Equal(TextRead, happened.Data.GetProperty("text").GetString()));
        });
    }

    [Fact]
    public async Task A_session_cut_at_any_byte_delivers_what_was_whole_and_fails_the_rest()
    {
        for (var cut = 0; await DeliversWhatWasWholeAsync(cut); cut++)
        {
        }
    }

    /// <returns>Whether the cut fell inside the session; false ends the search.</returns>
    private static async Task<bool> DeliversWhatWasWholeAsync(int cut)
    {
        var (near, far) = InMemoryStream.CreatePair();
        using FakeQemu qemu = new(far);
        var opening = QmpClient.OpenAsync(near, cancellationToken: Token);
        var left = cut;
        if (!await SendWithinAsync(FakeQemu.Greeting))
        {
            Assert.Equal(QmpClient.GreetingStep, (await Assert.ThrowsAsync<QmpConnectionClosedException>(opening.Soon)).Command);
            return true;
        }

        if (!await SendWithinAsync(FakeQemu.Return((await qemu.ReadAsync()).Id, "{}")))
        {
            Assert.Equal("qmp_capabilities", (await Assert.ThrowsAsync<QmpConnectionClosedException>(opening.Soon)).Command);
            return true;
        }

        await using var client = await opening.Soon();
        var first = client.ExecuteAsync("first", cancellationToken: Token);
        var second = client.ExecuteAsync("second", cancellationToken: Token);
        var firstId = (await qemu.ReadAsync()).Id;
        var secondId = (await qemu.ReadAsync()).Id;
        var secondWhole = await SendWithinAsync(FakeQemu.Return(secondId, "2"));
        var eventWhole = secondWhole && await SendWithinAsync(FakeQemu.Event("STOP", "{}"));
        var firstWhole = eventWhole && await SendWithinAsync(FakeQemu.Return(firstId, "1"));
        qemu.Dispose();

        var cause = await client.Closed.Soon();
        Assert.Equal(QmpCloseReason.EndOfStream, cause.Reason);
        await EndsAsync(first, firstWhole, 1);
        await EndsAsync(second, secondWhole, 2);
        Assert.Equal(eventWhole ? 1 : 0, await client.Events.ReadAllAsync(Token).CountAsync(Token).AsTask().Soon());
        return !firstWhole;

        async Task<bool> SendWithinAsync(string message)
        {
            var bytes = Encoding.UTF8.GetBytes(message + "\n");
            var sent = Math.Min(left, bytes.Length);
            await qemu.SendBytesAsync(bytes.AsMemory(0, sent));
            left -= sent;
            if (sent < bytes.Length)
            {
                qemu.Dispose();
            }

            return sent == bytes.Length;
        }

        async Task EndsAsync(Task<System.Text.Json.JsonElement> call, bool answered, int answer)
        {
            if (answered)
            {
                Assert.Equal(answer, (await call.Soon()).GetInt32());
            }
            else
            {
                Assert.Same(cause, (await Assert.ThrowsAsync<QmpConnectionClosedException>(call.Soon)).Closure);
            }
        }
    }

    private static async Task SendSplitAsync(FakeQemu qemu, string text, int[] splits)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (int start = 0, i = 0; start < bytes.Length; i++)
        {
            var length = Math.Min(splits[i % splits.Length], bytes.Length - start);
            await qemu.SendBytesAsync(bytes.AsMemory(start, length));
            start += length;
        }
    }
}

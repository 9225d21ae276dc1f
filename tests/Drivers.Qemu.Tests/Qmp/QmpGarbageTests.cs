using System.Text;
using CsCheck;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

/// <summary>A QEMU in its guest's hands may send anything. Nothing hangs, and nothing but a <see cref="QmpException"/> comes of it.</summary>
public sealed class QmpGarbageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Random_bytes_end_every_call() => Gen.Byte.Array[0, 200].SampleAsync(bytes => SurvivesAsync(_ => bytes), iter: 300);

    [Fact]
    public Task Random_bytes_for_a_greeting_end_the_opening() => Gen.Byte.Array[0, 100].SampleAsync(async bytes =>
    {
        var (near, far) = InMemoryStream.CreatePair();
        FakeQemu qemu = new(far);
        var opening = QmpClient.OpenAsync(near, cancellationToken: Token);
        await qemu.SendBytesAsync(bytes);
        qemu.Dispose();
        await Assert.ThrowsAsync<QmpConnectionClosedException>(opening.Soon);
    });

    [Fact]
    public Task A_damaged_session_ends_every_call()
    {
        var telling = "{}[]\":,\\\r\n\0 0-e"u8.ToArray();
        var damage = Gen.Select(
            Gen.Int[0, 1000], Gen.Int[0, 3], Gen.OneOf(Gen.Byte, Gen.Int[0, telling.Length - 1].Select(index => telling[index])));
        return damage.Array[1, 5].SampleAsync(
            damages => SurvivesAsync(ids =>
            {
                List<byte> bytes = [.. Encoding.UTF8.GetBytes(
                    FakeQemu.Event("DEVICE_TRAY_MOVED", """{"device": "", "id": "config", "tray-open": true}""") + "\r\n"
                    + FakeQemu.Return(ids[0], """[{"x": "\ud83e\udd8a"}]""") + "\r\n" + FakeQemu.Error(ids[1], "no") + "\r\n")];
                foreach (var (place, kind, value) in damages)
                {
                    var at = place % bytes.Count;
                    switch (kind)
                    {
                        case 0:
                            bytes[at] = value;
                            break;
                        case 1:
                            bytes.Insert(at, value);
                            break;
                        case 2:
                            bytes.RemoveAt(at);
                            break;
                        default:
                            bytes.InsertRange(at, bytes.GetRange(0, at));
                            break;
                    }
                }

                return [.. bytes];
            }),
            iter: 1000);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"event\": \"STOP\"")]
    [InlineData("{\"event\": \"STOP\"}}")]
    [InlineData("{\"event\": \"STOP\"} {\"event\": \"STOP\"}")]
    [InlineData("{\"event\": 1}")]
    [InlineData("{\"event\": \"STOP\", \"data\": []}")]
    [InlineData("{\"event\": \"\\ud800\"}")]
    [InlineData("{\"event\": \"STOP\", \"data\": {\"\\udfff\": 1}}")]
    [InlineData("{\"return\": \"\\ud800x\", \"id\": 1}")]
    [InlineData("{\"error\": null, \"id\": 1}")]
    [InlineData("{\"error\": {\"class\": \"GenericError\"}, \"id\": 1}")]
    [InlineData("{\"error\": {\"class\": 1, \"desc\": \"\"}, \"id\": 1}")]
    [InlineData("{\"QMP\": {\"version\": {}}}")]
    [InlineData("\r")]
    [InlineData("")]
    public async Task What_is_not_qmp_ends_the_connection(string message)
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;
        await qemu.SendAsync(message);

        Assert.Equal(QmpCloseReason.ProtocolViolated, (await client.Closed.Soon()).Reason);
    }

    [Fact]
    public async Task Nesting_without_end_ends_the_connection()
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;
        await qemu.SendAsync("""{"event": "DEEP", "data": """ + new string('[', 1_000_000) + new string(']', 1_000_000) + "}");

        Assert.Equal(QmpCloseReason.ProtocolViolated, (await client.Closed.Soon()).Reason);
    }

    [Theory]
    [InlineData("""{"QMP": 1}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 7, "minor": 2}, "package": ""}, "capabilities": []}}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": -7, "minor": 2, "micro": 0}, "package": ""}, "capabilities": []}}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 7e99, "minor": 2, "micro": 0}, "package": ""}, "capabilities": []}}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": ""}, "capabilities": {}}}""")]
    [InlineData("""{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": 1}, "capabilities": [1]}}""")]
    public async Task A_greeting_that_makes_no_sense_is_none(string greeting)
    {
        var (near, far) = InMemoryStream.CreatePair();
        using FakeQemu qemu = new(far);
        var opening = QmpClient.OpenAsync(near, cancellationToken: Token);
        await qemu.SendAsync(greeting);

        var closed = await Assert.ThrowsAsync<QmpConnectionClosedException>(opening.Soon);
        Assert.Equal(QmpCloseReason.ProtocolViolated, closed.Closure.Reason);
    }

    [Theory]
    [InlineData("""{"seconds": -1, "microseconds": -1}""")]
    [InlineData("""{"seconds": 9223372036854775807, "microseconds": 0}""")]
    [InlineData("""{"seconds": 1, "microseconds": 1000000}""")]
    [InlineData("""{"seconds": 1.5, "microseconds": 0}""")]
    [InlineData("""{"seconds": "1", "microseconds": 0}""")]
    [InlineData("""{"seconds": 1}""")]
    [InlineData("[]")]
    public async Task An_event_whose_time_is_no_time_has_none(string timestamp)
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        using var __ = qemu;
        await qemu.SendAsync($$"""{"event": "STOP", "timestamp": {{timestamp}}}""");

        Assert.Null((await client.Events.ReadAsync(Token).AsTask().Soon()).Timestamp);
    }

    /// <summary>Two calls wait, bytes come, the connection ends. Whatever the bytes, everything ends in a way that is documented.</summary>
    private static async Task SurvivesAsync(Func<long[], byte[]> bytes)
    {
        var (client, qemu) = await FakeQemu.OpenAsync();
        await using var _ = client;
        var waiting = new[] { client.ExecuteAsync("one", cancellationToken: Token), client.ExecuteAsync("two", cancellationToken: Token) };
        await qemu.SendBytesAsync(bytes([(await qemu.ReadAsync()).Id, (await qemu.ReadAsync()).Id]));
        qemu.Dispose();

        var cause = await client.Closed.Soon();
        foreach (var call in waiting)
        {
            try
            {
                await call.Soon();
            }
            catch (QmpCommandException)
            {
                // The damage may have left this answer whole.
            }
            catch (QmpConnectionClosedException closed)
            {
                Assert.Same(cause, closed.Closure);
            }
        }

        await foreach (var happened in client.Events.ReadAllAsync(Token))
        {
            Assert.Equal(happened.Name, string.Concat(happened.Name.EnumerateRunes()));
        }
    }
}

using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Reporting;
using Orchestrator.State;

namespace Orchestrator.Tests.Configuration;

public sealed class SecretMaskTests
{
    private const string Token = "ghp_TheTokenThatNobodyMaySee";

    [Fact]
    public void What_is_secret_is_hidden_wherever_it_stands()
    {
        var secret = new Secret(Token);

        Assert.Equal("sent '***' and ***.", SecretMask.Hide($"sent '{Token}' and {Token}."));
        Assert.Equal("nothing of it", SecretMask.Hide("nothing of it"));
        GC.KeepAlive(secret);
    }

    [Fact]
    public void Neither_lines_nor_escapes_nor_a_shorter_secret_give_one_away()
    {
        Secret[] secrets =
        [
            new("-----BEGIN KEY-----\nMIIEowIBAAKCAQ\r\nEAq5bmT0p1Xw\n-----END KEY-----\n"), new("with\"quotes\"and\\"), new("ghs_prefix_"), new("ghs_prefix_and_more"),
        ];

        Assert.Equal("-----BEGIN KEY----- *** ***", SecretMask.Hide("-----BEGIN KEY----- MIIEowIBAAKCAQ EAq5bmT0p1Xw"));
        Assert.Equal("*** ***", SecretMask.Hide("with\"quotes\"and\\ with\\\"quotes\\\"and\\\\"));
        Assert.Equal("***", SecretMask.Hide("ghs_prefix_and_more"));
        GC.KeepAlive(secrets);
    }

    [Fact]
    public void A_word_is_no_secret_even_if_it_is_somebodys_password()
    {
        var secret = new Secret("pass");

        Assert.Equal("a passage", SecretMask.Hide("a passage"));
        GC.KeepAlive(secret);
    }

    [Fact]
    public void What_the_program_no_longer_holds_it_no_longer_knows()
    {
        const string forgotten = "AMINTEDTOKENTHATISFORGOTTEN";
        Hold(forgotten);
        GC.Collect();

        Assert.Equal(forgotten, SecretMask.Hide(forgotten));
    }

    [Fact]
    public void Neither_events_nor_the_history_have_one()
    {
        var secret = new Secret(Token);
        using var events = new MemoryStream();
        new JsonRunReporter(events, "vm-1").Tell(new RunEvent.Warning($"the server said: {Token}"), DateTimeOffset.UnixEpoch);
        var summary = new RunSummary { Run = "r", Instance = "vm-1", Ended = default, Outcome = RunOutcome.Failed, Detail = $"choked on {Token}" };

        Assert.Equal("the server said: ***", JsonElement.Parse(events.ToArray()).GetProperty("message").GetString());
        Assert.DoesNotContain(Token, Encoding.UTF8.GetString(summary.ToUtf8Json()), StringComparison.Ordinal);
        GC.KeepAlive(secret);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Hold(string value)
    {
        var secret = new Secret(value);
        Assert.Equal(SecretMask.Mask, SecretMask.Hide(value));
        GC.KeepAlive(secret);
    }
}

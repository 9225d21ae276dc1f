using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Cli;
using Orchestrator.Drivers;
using Orchestrator.Leases;
using Orchestrator.Operations;
using Orchestrator.Recovery;

namespace Orchestrator.Tests.Cli;

public sealed class RunListingTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private static readonly DateTimeOffset Now = Time.GetUtcNow();
    private static readonly VmId Run = VmId.Create(Time);

    private static readonly LeaseFailure Failure = new(Now - TimeSpan.FromMinutes(12), Now - TimeSpan.FromSeconds(63), "no desk", Now + TimeSpan.FromMinutes(2));

    [Theory]
    [InlineData(true, "owed: desk 'a' of the office, for 12m 00s: no desk (tried 1m 03s ago; tried again in 2m 00s)")]
    [InlineData(false, "owed: desk 'a' of the office, for 12m 00s: no desk (tried 1m 03s ago; 'orchestrator gc' tries again)")]
    public void What_is_owed_has_a_line_below_the_table(bool served, string line)
    {
        var inventory = Owing(new OwedLeases(Run, Leases(Noted("a", Failure), Noted("b", null)), null), new OwedLeases(Run, null, "leases 'x': it makes no sense"));

        Assert.Equal(
            [
                line,
                "owed: desk 'b' of the office: its run is over, and nobody has given it back yet: 'orchestrator gc' does",
                $"owed: what run {Run} holds elsewhere: leases 'x': it makes no sense",
            ],
            RunListing.ToText(inventory, [], served, Time).Skip(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_owed_is_an_object_of_its_own_state(bool served)
    {
        var inventory = Owing(new OwedLeases(Run, Leases(Noted("a", Failure), Noted("b", null)), null), new OwedLeases(Run, null, "it makes no sense"));

        var until = served ? "\"2026-01-02T03:06:05.0000000Z\"" : "null";
        string[] objects =
        [
            "{}",
            $$"""{ "kind": "desk", "scope": "the office", "lease": "a", "reason": "no desk", "since": "2026-01-02T02:52:05.0000000Z", "tried": "2026-01-02T03:03:02.0000000Z", "until": {{until}} }""",
            """{ "kind": "desk", "scope": "the office", "lease": "b", "reason": null, "since": null, "tried": null, "until": null }""",
            """{ "kind": null, "scope": null, "lease": null, "reason": "it makes no sense", "since": null, "tried": null, "until": null }""",
        ];
        var listed = JsonElement.Parse(RunListing.ToJson(inventory, [new IdleInstance("vm-1", "fake", IdleInstance.Waiting)], served, Time)).EnumerateArray().ToList();
        Assert.Equal(["waiting", "owed", "owed", "owed"], listed.Select(item => item.GetProperty("state").GetString()));
        Assert.All(listed.Skip(1), item => Assert.Equal(Run.Value, item.GetProperty("run").GetString()));
        Assert.Equal("fake", listed[1].GetProperty("driver").GetString());
        Assert.All(listed.Zip(objects), pair => Assert.All(
            JsonElement.Parse(pair.Second).EnumerateObject(), expected => Assert.True(JsonElement.DeepEquals(expected.Value, pair.First.GetProperty(expected.Name)), expected.Name)));
    }

    [Fact]
    public void What_a_run_holds_whose_machine_still_runs_is_not_owed()
    {
        var inventory = Owing(new OwedLeases(Run, Leases(Noted("a", null)), null)) with
        {
            Runs = [new RunEntry { Id = Run, Directory = "/", Reading = new Orchestrator.State.JournalReading.Missing(), DirectoryMissing = true }],
        };

        Assert.DoesNotContain(RunListing.ToText(inventory, [], served: true, Time), line => line.StartsWith("owed", StringComparison.Ordinal));
    }

    private static Inventory Owing(params OwedLeases[] owed) => new([], [], [], []) { Leases = owed };

    private static RunLeases Leases(params NotedLease[] leases) => new() { Version = RunLeases.CurrentVersion, Driver = "fake", Leases = leases };

    private static NotedLease Noted(string desk, LeaseFailure? failure) => new(new Lease("desk", "the office", desk), Acquired: true, failure);
}

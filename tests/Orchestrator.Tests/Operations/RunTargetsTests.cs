using Orchestrator.Drivers;
using Orchestrator.Operations;
using Orchestrator.Recovery;
using Orchestrator.State;

namespace Orchestrator.Tests.Operations;

public sealed class RunTargetsTests
{
    private const string First = "20260102-030405-aaaaa";
    private const string Second = "20260102-030406-bbbbb";

    [Theory]
    [InlineData("vm-1", First)]
    [InlineData(First, First)]
    [InlineData("vm-2", Second)]
    [InlineData(Second, Second)]
    public void A_run_is_found_by_its_instances_name_and_by_its_id(string name, string run) =>
        Assert.Equal(run, RunTargets.Find(name, [Entry(First, "vm-1"), Entry(Second, "vm-2")]).Id.Value);

    [Fact]
    public void A_living_run_is_meant_rather_than_what_is_left_of_a_dead_one() =>
        Assert.Equal(Second, RunTargets.Find("vm-1", [Entry(First, "vm-1", held: false), Entry(Second, "vm-1")]).Id.Value);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_several_runs_with_one_name_the_user_is_asked_for_the_id(bool held)
    {
        IReadOnlyList<RunEntry> runs = [Entry(First, "vm-1", held), Entry(Second, "vm-1", held)];
        var refusal = Assert.Throws<ConfigurationException>(() => RunTargets.Find("vm-1", runs));
        Assert.Equal($"vm-1: 2 runs have this name; name one by its run id: {First}, {Second}", refusal.Message);
        Assert.Equal(Second, RunTargets.Find(Second, runs).Id.Value);
    }

    [Theory]
    [InlineData("vm-3", "did you mean vm-1?")]
    [InlineData("something-else", "'orchestrator list' shows what there is")]
    public void A_name_that_no_run_has_is_answered_with_a_near_one(string name, string remedy)
    {
        IReadOnlyList<RunEntry> runs = [Entry(First, "vm-1"), Entry(Second, "")];
        Assert.Null(RunTargets.TryFind(name, runs));
        Assert.Equal($"{name}: no run has this name or run id; {remedy}", Assert.Throws<ConfigurationException>(() => RunTargets.Find(name, runs)).Message);
    }

    [Fact]
    public void Where_there_are_no_runs_that_is_said() =>
        Assert.EndsWith("there is no run at all", Assert.Throws<ConfigurationException>(() => RunTargets.Find("vm-1", [])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_run_that_nothing_names_is_not_found_by_an_empty_name_alone_of_many()
    {
        IReadOnlyList<RunEntry> runs = [Entry(First, ""), Entry(Second, "vm-1")];
        Assert.Equal(First, RunTargets.Find(First, runs).Id.Value);
        Assert.DoesNotContain("did you mean ?", RunTargets.Unknown("x", runs).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_past_runs_an_instances_last_is_meant()
    {
        IReadOnlyList<RunSummary> past = [Past(First, "vm-1"), Past(Second, "vm-1"), Past("20260102-030407-ccccc", "vm-2")];
        Assert.Equal(Second, RunTargets.FindPast("vm-1", past)?.Run);
        Assert.Equal(First, RunTargets.FindPast(First, past)?.Run);
        Assert.Null(RunTargets.FindPast("vm-3", past));
        Assert.Contains("did you mean vm-2?", RunTargets.Unknown("vm2", [], past).Message, StringComparison.Ordinal);
    }

    private static RunEntry Entry(string id, string instance, bool held = true) => new()
    {
        Id = VmId.TryParse(id, out var run) ? run : throw new ArgumentException(id),
        Directory = $"/nowhere/{id}",
        Reading = new JournalReading.Missing(),
        Held = held,
        Machine = new VmRecord(run, instance, VmState.Running),
    };

    private static RunSummary Past(string run, string instance) =>
        new() { Run = run, Instance = instance, Ended = DateTimeOffset.UnixEpoch, Outcome = RunOutcome.GuestShutdown };
}

using Orchestrator.Drivers;

namespace Orchestrator.Conformance.Harness;

/// <summary>The record of a guest that booted, read its configuration, ejected, and shut itself down.</summary>
public sealed record OrdinaryLife
{
    /// <summary>What the machine was to be.</summary>
    public required VmSpec Spec { get; init; }

    /// <summary>What was on the medium.</summary>
    public required byte[] Document { get; init; }

    public required IReadOnlyList<VmEvent> Events { get; init; }

    public required VmExit Exit { get; init; }

    /// <summary>What the guest said, as another process read it on the console until the machine was over.</summary>
    public required IReadOnlyList<string> Said { get; init; }

    /// <summary>The file that keeps the console's output.</summary>
    public required string ConsoleLog { get; init; }

    /// <summary>What removals of the medium met before there was one.</summary>
    public required IReadOnlyList<Exception?> RemovalsBeforeTheStart { get; init; }

    /// <summary>What a second start met.</summary>
    public required Exception? SecondStart { get; init; }

    /// <summary>What the machine was listed as at the end.</summary>
    public required VmState? ListedAtTheEnd { get; init; }

    /// <summary>What commands given after the end met, by their name.</summary>
    public required IReadOnlyDictionary<string, Exception?> AfterTheEnd { get; init; }

    /// <summary>What a start given after the end met.</summary>
    public required Exception? StartAfterTheEnd { get; init; }

    /// <summary>What was left after the machine was disposed of.</summary>
    public required IReadOnlyList<string> Leftovers { get; init; }

    /// <summary>The base image's length and time of change, before and after.</summary>
    public required ((long Length, DateTime Changed) Before, (long Length, DateTime Changed) After) BaseImage { get; init; }

    /// <summary>Lives it.</summary>
    public static async Task<OrdinaryLife> RecordAsync(DriverHarness harness)
    {
        var patience = CancellationToken.None;
        var driver = harness.CreateDriver();
        var spec = harness.Describe();
        var plan = TinyPlan.Ordinary with
        {
            ReadAsUser = true,
            Say =
            [
                TinyPlan.Ready, TinyPlan.JobStarted, "nonsense", """{"event":"dance"}""", """{"event":"status","text":"half \u001b[2J done"}""", TinyPlan.JobEnded,
            ],
        };
        var before = StateOf(spec.Machine.BaseImagePath);
        var machine = await driver.PrepareAsync(spec, patience);
        await using var watched = WatchedMachine.Watch(
            spec, machine, await harness.CreateDriver().OpenConsoleAsync(spec.Id, patience), removesMedium: true);
        Exception?[] removals =
        [
            await Record.ExceptionAsync(() => machine.RemoveConfigMediaAsync(patience)),
            await Record.ExceptionAsync(() => machine.RemoveConfigMediaAsync(patience)),
        ];
        await watched.StartAsync(harness, plan, patience);
        var secondStart = await Record.ExceptionAsync(() => machine.StartAsync(default, patience));
        await watched.Events.AllAsync(patience);

        // Before anything else: it has to be there already.
        var exit = machine.Completion.IsCompleted
            ? await machine.Completion
            : await machine.Completion.WaitAsync(TimeSpan.FromSeconds(5), patience);
        await watched.EndsAsync(patience);
        var records = await driver.ListAsync(spec.Owner, patience);
        var afterTheEnd = new Dictionary<string, Exception?>
        {
            ["remove"] = await Record.ExceptionAsync(() => machine.RemoveConfigMediaAsync(patience)),
            ["power down"] = await Record.ExceptionAsync(() => machine.RequestPowerDownAsync(patience)),
            ["kill"] = await Record.ExceptionAsync(() => machine.KillAsync(patience)),
            ["kill again"] = await Record.ExceptionAsync(() => machine.KillAsync(patience)),
        };
        var life = new OrdinaryLife
        {
            Spec = spec,
            Document = plan.ToDocument(spec.Machine.Name),
            Events = watched.Events.Said,
            Exit = exit,
            Said = watched.Guest.Said,
            ConsoleLog = await File.ReadAllTextAsync(Path.Combine(spec.RunDirectory, RunFiles.ConsoleLog), patience),
            RemovalsBeforeTheStart = removals,
            SecondStart = secondStart,
            ListedAtTheEnd = records.SingleOrDefault(record => record.Id == spec.Id)?.State,
            AfterTheEnd = afterTheEnd,
            StartAfterTheEnd = await Record.ExceptionAsync(() => machine.StartAsync(default, patience)),
            Leftovers = [],
            BaseImage = (before, before),
        };
        await watched.DisposeAsync();
        return life with { Leftovers = await harness.LeftoversAsync(spec), BaseImage = (before, StateOf(spec.Machine.BaseImagePath)) };
    }

    private static (long Length, DateTime Changed) StateOf(string file)
    {
        var state = new FileInfo(file);
        return (state.Length, state.LastWriteTimeUtc);
    }
}

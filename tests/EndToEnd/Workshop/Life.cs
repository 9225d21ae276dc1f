using System.Text.Json;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>
/// A run, or a service's run, that is brought to a step of its life, and held there where it would pass at once: its runner is not registered, or its
/// directory takes long to remove. Its configuration has the workbench's secret in it.
/// </summary>
public sealed class Life : IDisposable
{
    private readonly Workbench _bench;

    private Life(Workbench bench) => _bench = bench;

    /// <summary>Where the run's runner is registered, which is what it holds outside its machine.</summary>
    public FakeGitHub GitHub { get; } = new();

    /// <summary>The orchestrator.</summary>
    public StartedProgram Program { get; private set; } = null!;

    /// <summary>Starts a run and returns at the step.</summary>
    /// <param name="bench">Where.</param>
    /// <param name="step">The step.</param>
    /// <param name="tiny">What the guest does, where it is to be one that boots.</param>
    /// <param name="sector">
    /// The guest otherwise; by default one that stays and hears nothing, and keeps its configuration, unless the step is about that, for as long as a test
    /// takes to look.
    /// </param>
    public static Task<Life> OfRunAsync(Workbench bench, LifeStep step, string? tiny = null, ReadOnlyMemory<byte>? sector = null) =>
        BeginAsync(bench, step, tiny, sector, ["run", bench.Name]);

    /// <summary>Starts a service and returns at the step of its first run.</summary>
    /// <param name="bench">Where.</param>
    /// <param name="step">The step.</param>
    /// <param name="tiny">As in <see cref="OfRunAsync"/>.</param>
    public static Task<Life> OfServiceAsync(Workbench bench, LifeStep step, string? tiny = null) => BeginAsync(bench, step, tiny, sector: null, ["up"]);

    /// <summary>The event that says that a run has come to a step.</summary>
    public static string EventOf(LifeStep step) => JsonNamingPolicy.KebabCaseLower.ConvertName(step.ToString());

    /// <summary>Lets go what was held.</summary>
    public void Release() => GitHub.Release();

    /// <summary>Kills some of those who take part.</summary>
    public async Task KillAsync(Victims victims)
    {
        var killed = await _bench.KillAsync(victims, Program);
        Assert.Equal(victims, killed);
    }

    /// <summary>Fails if anything is left that the run held outside its machine.</summary>
    public void AssertNothingHeld() => Assert.Empty(GitHub.Runners);

    public void Dispose() => GitHub.Dispose();

    private static async Task<Life> BeginAsync(Workbench bench, LifeStep step, string? tiny, ReadOnlyMemory<byte>? sector, string[] command)
    {
        var life = new Life(bench);
        life.GitHub.ConnectTo(bench);
        life.GitHub.Hold(step switch
        {
            LifeStep.Prepared => FakeGitHub.JitHold.BeforeRegistration,
            LifeStep.Registered => FakeGitHub.JitHold.BeforeAnswer,
            _ => FakeGitHub.JitHold.None,
        });
        var config = $"{{ \"runner\": \"{FakeGitHub.JitCall}\", \"secret\": \"{bench.Secret}\", \"tiny\": {tiny ?? "{}"} }}";
        if (tiny is null)
        {
            sector ??= step is LifeStep.TrayOpened or LifeStep.ConfigurationRemoved ? SectorGuest.Ejects(SectorGuest.Stays) : SectorGuest.Stays;
            await bench.DescribeAsync(sector.Value, config);
        }
        else
        {
            bench.Describe(config);
        }

        life.Program = bench.Start([.. command, "--json"]);
        await life.ReachAsync(step);
        return life;
    }

    private async Task ReachAsync(LifeStep step)
    {
        switch (step)
        {
            case LifeStep.Nothing:
                return;
            case LifeStep.Registered:
                await ReachAsync(LifeStep.Prepared);
                return;
            case LifeStep.ShutdownRequested:
                await ReachAsync(LifeStep.Started);
                Program.Terminate();
                break;
            case LifeStep.Ended:
                await ReachAsync(LifeStep.Started);
                HostFiles.Clutter(Path.Combine(_bench.RunDirectory, "clutter")); // which leaves time to be killed in
                StartedProgram.Kill(_bench.Qemu);
                break;
        }

        await Program.EventAsync(EventOf(step));
        if (step == LifeStep.Prepared)
        {
            await GitHub.Registering;
        }
    }
}

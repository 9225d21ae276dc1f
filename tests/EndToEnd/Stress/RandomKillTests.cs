using System.Globalization;
using System.Text.Json;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stress;

/// <summary>
/// Kills at random, with both drivers, whoever takes part in a run; bench/crash runs it. <c>ORCHESTRATOR_CRASHES</c> says in how many rounds somebody is to
/// be killed, <c>ORCHESTRATOR_CRASH_SEED</c> which rounds these are, and <c>ORCHESTRATOR_CRASH_ROUND</c> repeats a single one.
/// </summary>
[Trait("Category", "Stress")]
public sealed class RandomKillTests : IAsyncDisposable
{
    private readonly LibvirtWorkshop _libvirt = new();
    // As a run of an instance with the same name on another host would have.
    private const string AnotherHosts = "e2e-20260102-0304-05000";

    private readonly FakeGitHub _github = new();
    private readonly Dictionary<bool, IReadOnlyDictionary<LifeStep, TimeSpan>> _durations = [];
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _kills;

    [Fact(Explicit = true)]
    public async Task Whoever_is_killed_whenever_nothing_is_left()
    {
        var seed = Setting("ORCHESTRATOR_CRASH_SEED", Random.Shared.Next());
        var only = Setting("ORCHESTRATOR_CRASH_ROUND", 0);
        var wanted = only > 0 ? 1 : Setting("ORCHESTRATOR_CRASHES", 120);
        Tell($"seed {seed}");
        foreach (var libvirt in (bool[])[false, true])
        {
            _durations[libvirt] = await MeasureAsync(libvirt);
        }

        var failures = new List<string>();
        foreach (var (index, round) in CrashRound.Of(seed).Index().Where(round => only == 0 || round.Index == only - 1))
        {
            var number = index + 1;
            try
            {
                await LiveAsync(round);
                Tell($"{number}. {round}");
            }
            catch (Exception error) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                failures.Add($"seed {seed}, round {number}, {round}: {error.Message}");
                Tell($"{failures[^1]}\n{error.StackTrace}");
            }

            if (_kills >= wanted || only > 0)
            {
                break;
            }
        }

        Tell($"{_kills} rounds with kills: {string.Join(", ", _counts.Select(count => $"{count.Key} {count.Value}"))}");
        Assert.True(failures.Count == 0, $"{failures.Count} rounds failed\n{string.Join('\n', failures)}");
    }

    public async ValueTask DisposeAsync()
    {
        _github.Dispose();
        await _libvirt.DisposeAsync();
    }

    private static int Setting(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static void Tell(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private async Task<Workbench> OpenAsync(bool libvirt)
    {
        var bench = libvirt ? await _libvirt.OpenAsync() : new Workbench();
        bench.Environment["ORCHESTRATOR_SHUTDOWN_GRACE_SECONDS"] = "1";
        bench.Environment["ORCHESTRATOR_UP__TOO_SOON_SECONDS"] = "0";
        _github.ConnectTo(bench);
        _github.Register(AnotherHosts);
        bench.Describe($$"""{ "runner": "{{FakeGitHub.JitCall}}", "secret": "{{bench.Secret}}", "tiny": { "stay-up-seconds": 1 } }""");
        return bench;
    }

    /// <summary>How long each step of a run takes on this host when nobody is killed.</summary>
    private async Task<IReadOnlyDictionary<LifeStep, TimeSpan>> MeasureAsync(bool libvirt)
    {
        await using var bench = await OpenAsync(libvirt);
        var began = TimeProvider.System.GetUtcNow();
        var run = await bench.StartRun("--json").EndAsync();
        var over = TimeProvider.System.GetUtcNow();
        bench.AssertNothingLeft();
        var times = run.Exited(0).OutputLines.Select(line => JsonElement.Parse(line))
            .ToDictionary(happened => happened.GetProperty("event").GetString()!, happened => happened.GetProperty("time").GetDateTimeOffset());
        var moments = CrashRound.Steps.Select(step => step == LifeStep.Nothing ? began : times[Life.EventOf(step)]).Append(over).ToList();
        return CrashRound.Steps.Index().ToDictionary(step => step.Item, step => moments[step.Index + 1] - moments[step.Index]);
    }

    private async Task LiveAsync(CrashRound round)
    {
        await using var bench = await OpenAsync(round.Libvirt);
        var program = round.Service ? bench.Start("up", "--json") : bench.StartRun("--json");
        if (round.Step != LifeStep.Nothing)
        {
            await program.EventAsync(Life.EventOf(round.Step));
        }

        await Task.Delay(_durations[round.Libvirt][round.Step] * round.Moment, TestContext.Current.CancellationToken);
        var killed = await bench.KillAsync(round.Victims, program);
        if (killed.HasFlag(Victims.Libvirtd))
        {
            await Task.Delay(round.DaemonIsAway, TestContext.Current.CancellationToken);
            await bench.Driver.StartDaemonAsync();
        }

        Count(round, killed);
        if (round.Service)
        {
            await FinishServiceAsync(bench, round.Victims.HasFlag(Victims.Orchestrator) ? null : program);
        }
        else
        {
            await program.EndAsync();
        }

        await bench.AssertSweptByGcAsync();
        Assert.Equal([AnotherHosts], _github.Runners);
    }

    /// <summary>The service, or the next one, sees to what there is; what that adopted ends by itself.</summary>
    private static async Task FinishServiceAsync(Workbench bench, StartedProgram? survivor)
    {
        var service = survivor ?? bench.Start("up", "--json");
        var ready = JsonElement.Parse(await service.EventAsync("ready"));
        if (ready.GetProperty("adopted").GetInt32() > 0)
        {
            await service.EventAsync("ended");
        }

        var drained = await service.DrainedAsync();
        var left = (await bench.Start("gc", "--dry-run").EndAsync()).Exited(0);

        // What was asked for by somebody who was killed may still have been waited for, until it could be told whether there is anything to release.
        Assert.True(
            left.ErrorLines.All(line => line.Contains("would be released", StringComparison.Ordinal)), $"{left.Error}after\n{drained.Output}");
    }

    private void Count(CrashRound round, Victims killed)
    {
        if (killed == Victims.None)
        {
            return; // they were gone by themselves
        }

        _kills++;
        string[] kinds =
        [
            round.Libvirt ? "libvirt" : "qemu",
            round.Service ? "up" : "run",
            .. Enum.GetValues<Victims>().Where(victim => victim != Victims.None && killed.HasFlag(victim)).Select(victim => $"{victim} killed"),
        ];
        foreach (var kind in kinds)
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        }
    }
}

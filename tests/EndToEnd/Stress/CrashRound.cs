using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stress;

/// <summary>What happens in one round of many.</summary>
/// <param name="Libvirt">With the libvirt driver, and not with the qemu driver.</param>
/// <param name="Service">It is a service's run.</param>
/// <param name="Victims">Whom to kill.</param>
/// <param name="Step">In which step of the run's life.</param>
/// <param name="Moment">When in that step: 0 is its beginning and 1 its usual end.</param>
/// <param name="DaemonIsAway">How long a libvirtd that was killed is.</param>
internal sealed record CrashRound(bool Libvirt, bool Service, Victims Victims, LifeStep Step, double Moment, TimeSpan DaemonIsAway)
{
    /// <summary>The steps of a life that nobody asks to end, and that an event tells.</summary>
    public static IReadOnlyList<LifeStep> Steps { get; } =
        [.. Enum.GetValues<LifeStep>().Where(step => step is not (LifeStep.ShutdownRequested or LifeStep.Registered))];

    /// <summary>The rounds of a seed, without end.</summary>
    public static IEnumerable<CrashRound> Of(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var libvirt = random.Next(2) == 0;
            Victims[] all = [Victims.Orchestrator, Victims.Qemu, Victims.Network, .. libvirt ? [Victims.Libvirtd] : Array.Empty<Victims>()];
            yield return new CrashRound(
                libvirt,
                Service: random.Next(2) == 0,
                random.GetItems(all, random.Next(1, all.Length + 1)).Aggregate((some, one) => some | one),
                Steps[random.Next(Steps.Count)],
                random.NextDouble(),
                TimeSpan.FromMilliseconds(random.Next(500)));
        }
    }

    public override string ToString() =>
        $"{(Libvirt ? "libvirt" : "qemu")} {(Service ? "up" : "run")}: {Victims} at {Step} + {Moment:P0}";
}

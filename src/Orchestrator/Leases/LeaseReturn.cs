using Orchestrator.Drivers;

namespace Orchestrator.Leases;

/// <summary>Gives back what runs that are over still hold. Any number of processes may do so for the same run. Thread-safe.</summary>
/// <param name="store">What is written down.</param>
/// <param name="lessors">Whoever takes something back.</param>
/// <param name="time">The clock.</param>
internal sealed class LeaseReturn(LeaseStore store, IEnumerable<ILessor> lessors, TimeProvider time)
{
    /// <summary>How long giving back what one run holds may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a request may still be under way whose sender was killed. GitHub gives up a request that takes it more than ten seconds
    /// (docs.github.com, "Troubleshooting the REST API", Timeouts).
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>A run ended and something of it is still on file; true where giving it back failed, false where a request may be under way.</summary>
    public event Action<VmId, bool>? Remained;

    private static readonly string NoAnswer = $"no answer within {Patience.TotalSeconds} s";

    /// <summary>What is written down.</summary>
    public LeaseStore Store => store;

    /// <summary>
    /// Gives back what a run holds that has just ended, in bounded time. What cannot be given back, and what may yet come to be held, stays on file for
    /// whoever looks next.
    /// </summary>
    public async Task EndAsync(VmId run, ILeaseObserver observer)
    {
        if (store.IsOver(run)
            && await TryReleaseAsync(run, settled: false, observer, CancellationToken.None) is var outcome and not Outcome.Released)
        {
            Remained?.Invoke(run, outcome == Outcome.Failed);
        }
    }

    /// <summary>Gives back what runs hold that are over, and whose machines are. Where a request may be under way, waits until none can be.</summary>
    /// <exception cref="OperationCanceledException">Not all were tried.</exception>
    public async Task ReleaseAsync(IEnumerable<VmId> runs, ILeaseObserver observer, CancellationToken cancellationToken)
    {
        var unsettled = new List<VmId>();
        foreach (var run in runs.Where(store.IsOver))
        {
            if (await TryReleaseAsync(run, settled: false, observer, cancellationToken) == Outcome.Unsettled)
            {
                unsettled.Add(run);
            }
        }

        if (unsettled.Count > 0)
        {
            await Task.Delay(Settling, time, cancellationToken);
        }

        foreach (var run in unsettled)
        {
            await TryReleaseAsync(run, settled: true, observer, cancellationToken);
        }
    }

    /// <summary>
    /// Gives back what a run holds that lives, so that it gets no work any more: in bounded time, and only where it has none.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="saysIdle">Its guest says that it has none. Of one that says nothing it is believed where nobody makes use of the lease.</param>
    /// <returns>False where it holds nothing.</returns>
    /// <exception cref="OrchestratorException">It has work, or nobody can tell.</exception>
    public async Task<bool> RetireAsync(VmId run, bool saysIdle)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var leases = store.Read(run)?.Leases ?? [];
            foreach (var lease in leases.Select(noted => noted.Lease))
            {
                var lessor = LessorOf(lease);
                if (!saysIdle && await lessor.LookAsync(lease, patience.Token) is { View: LeaseView.InUse })
                {
                    throw new HostException(HostProblem.ServiceUnavailable, $"{lease}: it is made use of, and the guest does not say whether it works");
                }

                await lessor.ReleaseAsync(lease, patience.Token);
                store.Forget(run, lease);
            }

            return leases.Count > 0;
        }
        catch (OperationCanceledException error)
        {
            throw new HostException(HostProblem.ServiceUnavailable, NoAnswer, error);
        }
    }

    /// <summary>Looks at what a run holds that lives, in bounded time.</summary>
    /// <returns>The sight of the lease that is least made use of; null where it holds nothing, nobody can tell, or nobody wants to know any more.</returns>
    public async Task<LeaseSight?> LookAsync(VmId run, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            LeaseSight? seen = null;
            foreach (var lease in store.Read(run)?.Leases.Select(noted => noted.Lease) ?? [])
            {
                var sight = await LessorOf(lease).LookAsync(lease, either.Token);
                seen = sight.View >= seen?.View ? seen : sight;
            }

            return seen;
        }
        catch (Exception error) when (error is OrchestratorException or OperationCanceledException)
        {
            return null;
        }
    }

    private ILessor LessorOf(Lease lease) => lessors.FirstOrDefault(lessor => lessor.Kind == lease.Kind)
        ?? throw new HostException(HostProblem.Other, "this program does not know what that is; another version of it does");

    private async Task<Outcome> TryReleaseAsync(VmId run, bool settled, ILeaseObserver observer, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var outcome = Outcome.Released;
            foreach (var noted in store.Read(run)?.Leases ?? [])
            {
                var another = await TryReleaseAsync(run, noted, settled, observer, either.Token, cancellationToken);
                outcome = another > outcome ? another : outcome;
            }

            if (outcome == Outcome.Released)
            {
                store.Remove(run);
            }

            return outcome;
        }
        catch (HostException error)
        {
            observer.NotReleased(run, "what it holds elsewhere", error.Message);
            return Outcome.Failed;
        }
    }

    private async Task<Outcome> TryReleaseAsync(
        VmId run, NotedLease noted, bool settled, ILeaseObserver observer, CancellationToken patience, CancellationToken cancellationToken)
    {
        var lease = noted.Lease;
        try
        {
            var held = await LessorOf(lease).ReleaseAsync(lease, patience);
            if (!held && !noted.Acquired && !settled)
            {
                return Outcome.Unsettled;
            }

            store.Forget(run, lease);
            observer.Released(run, lease);
            return Outcome.Released;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, the others are not to be kept for it.
            var why = error is OperationCanceledException ? NoAnswer : error.Message;
            store.NoteFailure(run, lease, why, time.GetUtcNow());
            observer.NotReleased(run, lease.ToString(), why);
            return Outcome.Failed;
        }
    }

    // In the order of their weight.
    private enum Outcome
    {
        Released,
        Unsettled,
        Failed,
    }
}

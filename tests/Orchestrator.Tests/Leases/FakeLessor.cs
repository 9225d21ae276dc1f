using System.Collections.Concurrent;
using Orchestrator.Drivers;
using Orchestrator.Leases;

namespace Orchestrator.Tests.Leases;

/// <summary>Leases desks, and can be told to fail or to hang.</summary>
internal sealed class FakeLessor : ILessor
{
    private readonly ConcurrentDictionary<string, bool> _held = new(StringComparer.Ordinal);

    public string Kind => "desk";

    public string? Failure { get; set; }

    public bool Hangs { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public IEnumerable<string> Held => _held.Keys.Order(StringComparer.Ordinal);

    public static Lease Desk(string name) => new("desk", "the office", name);

    public void Hold(string name) => _held[name] = true;

    /// <summary>What whoever looks at one that is held is told.</summary>
    public LeaseView View { get; set; } = LeaseView.InUse;

    /// <summary>And is told besides.</summary>
    public string? Remark { get; set; }

    /// <summary>How often somebody has looked.</summary>
    public int Looks { get; private set; }

    public Task<LeaseSight> LookAsync(Lease lease, CancellationToken cancellationToken)
    {
        Looks++;
        return Task.FromResult(_held.ContainsKey(lease.Name) ? new LeaseSight(View, Remark) : new LeaseSight(LeaseView.Gone));
    }

    public async Task<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        Asked.Enqueue(lease.Name);
        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return Failure is { } why ? throw new HostException(HostProblem.ServiceUnavailable, why) : _held.TryRemove(lease.Name, out _);
    }
}

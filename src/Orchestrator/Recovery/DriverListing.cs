using Orchestrator.Drivers;

namespace Orchestrator.Recovery;

/// <summary>What a driver says about the machines of a state directory.</summary>
/// <param name="Driver">The driver's name.</param>
/// <param name="Machines">Its machines; none where it failed.</param>
/// <param name="Failure">Why it could not say, one line; null when it could.</param>
internal sealed record DriverListing(string Driver, IReadOnlyList<VmRecord> Machines, string? Failure)
{
    // A hung libvirtd must not hang whoever only wants a list.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks a driver. A driver that cannot be reached, or whose library is missing, is a finding and not an error.</summary>
    public static async Task<DriverListing> AskAsync(
        DriverCatalog drivers, string name, OwnerId owner, TimeProvider time, CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var machines = await Task.Run(() => drivers.Get(name).ListAsync(owner, abandon.Token), cancellationToken)
                .WaitAsync(Patience, time, cancellationToken);
            return new DriverListing(name, machines, Failure: null);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            await abandon.CancelAsync();
            return new DriverListing(
                name, [], error is TimeoutException ? $"it did not answer for {Patience.TotalSeconds} s" : error.Message.TrimEnd('.'));
        }
    }
}

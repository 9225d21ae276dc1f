using System.Diagnostics.CodeAnalysis;
using Libvirt;
using Orchestrator.Drivers.Libvirt.Connections;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>A domain that is commanded until it is over, across the absences of its daemon, for which every call waits. Thread-safe.</summary>
/// <param name="daemon">Commands it.</param>
/// <param name="uuid">Which it is.</param>
[SuppressMessage(
    "Usage", "CA1001", Justification = "A source of cancellation without a timer holds nothing, and machines may be called after disposing.")]
internal sealed class CommandedDomain(Daemon daemon, Guid uuid)
{
    private readonly CancellationTokenSource _over = new();

    /// <summary>Does something to it.</summary>
    /// <returns>False when it is over, also when it ends while the daemon is being waited for.</returns>
    /// <exception cref="LibvirtException">It is there, and libvirt refuses.</exception>
    public async Task<bool> DoAsync(Action<LibvirtDomain> act, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        try
        {
            return await daemon.CallAsync(connection => connection.With(uuid, act), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Looks at it.</summary>
    /// <returns>Null when it is not there.</returns>
    /// <exception cref="LibvirtException">Libvirt cannot say.</exception>
    public Task<ObservedDomain?> LookAsync(CancellationToken cancellationToken) =>
        daemon.CallAsync(connection => ObservedDomain.Of(connection, uuid), cancellationToken);

    /// <summary>Looks at it when libvirtd has made up its mind about it.</summary>
    /// <returns>Null when it is not there.</returns>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.OperationTimeout"/>: libvirtd has not, for half a minute; or cannot say.</exception>
    /// <exception cref="OperationCanceledException">It is over.</exception>
    public Task<ObservedDomain?> LookSettledAsync() =>
        daemon.CallAsync(connection => ObservedDomain.OfSettled(connection, uuid), _over.Token);

    /// <summary>It is over: nothing waits for its daemon any more.</summary>
    public void Close() => _over.Cancel();
}

using Libvirt;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>A domain as it is at a moment, for who could not hear its events.</summary>
/// <param name="State">What it does.</param>
/// <param name="Reason">Why.</param>
/// <param name="Drive">Its config drive.</param>
internal sealed record ObservedDomain(DomainState State, DomainStateReason Reason, DriveState Drive)
{
    /// <summary>Looks at one when libvirtd has made up its mind about it. Blocks.</summary>
    /// <remarks>
    /// A libvirtd that has just been started serves before it is connected to the QEMUs that it finds. Until then a domain is what it was when the last
    /// libvirtd wrote it down; a tray that is found open, and a domain that is ended since its QEMU does not answer, are told by no event.
    /// </remarks>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.OperationTimeout"/>: it is not, for half a minute.</exception>
    public static ObservedDomain? OfSettled(LibvirtConnection connection, Guid uuid)
    {
        try
        {
            // Whatever asks its QEMU something waits until libvirtd is done with connecting.
            connection.With(uuid, domain => domain.GetBlockInfo(DomainXml.ConfigDriveTarget));
        }
        catch (LibvirtException exception) when (exception.Code != LibvirtErrorCode.OperationTimeout)
        {
            // The drive is empty, or QEMU has just ended, or the daemon is away: the look says which. It was its turn.
        }

        return Of(connection, uuid);
    }

    /// <summary>Looks at one. Blocks.</summary>
    /// <returns>Null when there is none.</returns>
    public static ObservedDomain? Of(LibvirtConnection connection, Guid uuid)
    {
        using var domain = connection.FindDomainByUuid(uuid);
        try
        {
            if (domain is null)
            {
                return null;
            }

            var (state, reason) = domain.GetState();
            return state is DomainState.ShutOff ? null : new ObservedDomain(state, reason, DomainXml.ReadConfigDrive(domain.GetXml()));
        }
        catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }
}

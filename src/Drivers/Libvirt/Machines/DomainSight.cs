using Libvirt;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>A domain as it is at a moment, for who could not hear its events.</summary>
/// <param name="State">What it does.</param>
/// <param name="Reason">Why.</param>
/// <param name="Drive">Its config drive.</param>
internal sealed record DomainSight(DomainState State, DomainStateReason Reason, DriveState Drive)
{
    /// <summary>Looks at one. Blocks.</summary>
    /// <returns>Null when there is none.</returns>
    public static DomainSight? Of(LibvirtConnection connection, Guid uuid)
    {
        using var domain = connection.FindDomainByUuid(uuid);
        try
        {
            if (domain is null)
            {
                return null;
            }

            var (state, reason) = domain.GetState();
            return state is DomainState.ShutOff ? null : new DomainSight(state, reason, DomainXml.ReadConfigDrive(domain.GetXml()));
        }
        catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }
}

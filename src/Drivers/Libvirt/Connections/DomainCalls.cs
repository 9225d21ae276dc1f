using Libvirt;

namespace Orchestrator.Drivers.Libvirt.Connections;

/// <summary>What is done to a domain that may be gone by now.</summary>
internal static class DomainCalls
{
    /// <summary>Finds a domain and does something to it.</summary>
    /// <returns>False when there is no such domain, or it is over.</returns>
    /// <exception cref="LibvirtException">The domain is there, and libvirt refuses.</exception>
    public static bool With(this LibvirtConnection connection, Guid uuid, Action<LibvirtDomain> act)
    {
        using var domain = connection.FindDomainByUuid(uuid);
        if (domain is null)
        {
            return false;
        }

        try
        {
            act(domain);
            return true;
        }
        catch (LibvirtException exception) when (exception.Code is LibvirtErrorCode.NoDomain
            || (exception.Code is LibvirtErrorCode.OperationInvalid && IsOver(connection, uuid)))
        {
            return false;
        }
    }

    private static bool IsOver(LibvirtConnection connection, Guid uuid)
    {
        try
        {
            using var domain = connection.FindDomainByUuid(uuid);
            return domain is null || !domain.GetIsActive();
        }
        catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.NoDomain)
        {
            return true;
        }
    }
}

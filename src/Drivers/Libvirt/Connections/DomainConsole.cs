using Libvirt;
using Orchestrator.Drivers.Host.Machines;

namespace Orchestrator.Drivers.Libvirt.Connections;

/// <summary>Opens a domain's console.</summary>
internal static class DomainConsole
{
    /// <summary>Opens it, for one reader at a time.</summary>
    /// <param name="doAsync">Does something to the domain; false when that is over.</param>
    /// <param name="id">The machine.</param>
    /// <returns>Null when the machine is over.</returns>
    /// <exception cref="HostException">Somebody has it.</exception>
    /// <exception cref="HypervisorException">Libvirt refuses.</exception>
    public static async Task<Stream?> OpenAsync(Func<Action<LibvirtDomain>, Task<bool>> doAsync, VmId id)
    {
        try
        {
            Stream? console = null;
            await doAsync(domain => console = domain.OpenConsole()).ConfigureAwait(false);
            return console;
        }
        catch (LibvirtException exception)
        {
            throw exception.Code == LibvirtErrorCode.OperationFailed
                ? TakenConsole.Of(id, exception)
                : new HypervisorException($"the console of machine {id} cannot be opened: {exception.Message}", exception);
        }
    }
}

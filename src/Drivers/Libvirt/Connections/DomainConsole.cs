using Libvirt;

namespace Orchestrator.Drivers.Libvirt.Connections;

/// <summary>Opens a domain's console.</summary>
internal static class DomainConsole
{
    /// <summary>Opens it, for one reader at a time.</summary>
    /// <param name="doAsync">Does something to the domain; false when that is over.</param>
    /// <param name="machine">The machine, for a person.</param>
    /// <returns>Null when the machine is over.</returns>
    /// <exception cref="HypervisorException">Somebody has it, or libvirt refuses.</exception>
    public static async Task<Stream?> OpenAsync(Func<Action<LibvirtDomain>, Task<bool>> doAsync, string machine)
    {
        try
        {
            Stream? console = null;
            await doAsync(domain => console = domain.OpenConsole()).ConfigureAwait(false);
            return console;
        }
        catch (LibvirtException exception)
        {
            var remedy = exception.Code == LibvirtErrorCode.OperationFailed ? "; close whatever has it, such as virsh console" : "";
            throw new HypervisorException($"the console of {machine} cannot be opened: {exception.Message}{remedy}", exception);
        }
    }
}

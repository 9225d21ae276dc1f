namespace Orchestrator.Drivers;

/// <summary>
/// One way of running ephemeral virtual machines. A driver reports and acts; it never decides: what a tray event or a
/// panic leads to is the run lifecycle's business, the same for every driver.
/// </summary>
/// <remarks>
/// <para>Thread-safe. Keeps nothing in memory that a restart of the orchestrator would lose: whatever a later process needs
/// to list, attach or destroy a machine is kept by the hypervisor or in the run directory.</para>
/// <para>Every asynchronous member throws <see cref="OperationCanceledException"/> only when its own token was cancelled, and
/// otherwise one of the <see cref="OrchestratorException"/> leaves.</para>
/// </remarks>
public interface IHypervisorDriver
{
    /// <summary>What describes the driver, the same for all of its kind.</summary>
    DriverRegistration Registration { get; }

    /// <summary>Reads what its settings name, such as a template. Asks no hypervisor.</summary>
    /// <returns>What works and has a drawback, a line each.</returns>
    /// <exception cref="ConfigurationException">Something is missing or wrong; the message names file, line and cause.</exception>
    IReadOnlyList<string> CheckSettings();

    /// <summary>
    /// Examines the host for <c>orchestrator doctor</c>. Never throws for a broken host: each defect is a failed check with a remedy.
    /// </summary>
    Task<DriverReport> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Refuses a machine that could not be prepared at this moment, as far as that can be told before anything is made for it: a demanded port that is taken.
    /// </summary>
    /// <exception cref="HostException">It could not.</exception>
    void Require(MachineDescription machine, int? sshPort);

    /// <summary>
    /// Does everything that comes before guest code runs: makes the overlay in the run directory and a machine that
    /// exists, is paused, and already records its events.
    /// </summary>
    /// <param name="spec">The machine. <see cref="VmSpec.RunDirectory"/> must exist.</param>
    /// <param name="cancellationToken">Cancelling undoes what was made so far, as any failure does.</param>
    /// <exception cref="HostException">The host cannot run it: a missing program, a busy port, an unusable image, a full disk.</exception>
    /// <exception cref="HypervisorException">The hypervisor died or answered nonsense.</exception>
    Task<IVirtualMachine> PrepareAsync(VmSpec spec, CancellationToken cancellationToken);

    /// <summary>
    /// The machines of <paramref name="owner"/> that the hypervisor or the state directory still knows, running or not.
    /// Machines of other owners and of other people are never among them.
    /// </summary>
    Task<IReadOnlyList<VmRecord>> ListAsync(OwnerId owner, CancellationToken cancellationToken);

    /// <summary>
    /// Takes over a machine that another process prepared, after confirming that it is the same machine and not merely one with its pid or name.
    /// </summary>
    /// <returns>The machine, or <see langword="null"/> when it does not exist (any more).</returns>
    Task<IVirtualMachine?> AttachAsync(VmId id, CancellationToken cancellationToken);

    /// <summary>
    /// Erases whatever the driver itself keeps of a run's medium, outside the machine. Asks no hypervisor; comes first when a run is cleaned up. Idempotent.
    /// </summary>
    /// <exception cref="HostException">It could not be erased.</exception>
    void EraseMedium(VmId id);

    /// <summary>
    /// Ends the machine if it runs and removes everything the driver made for it. A machine that does not exist is success. Idempotent.
    /// </summary>
    Task DestroyAsync(VmId id, CancellationToken cancellationToken);

    /// <summary>
    /// Opens the serial console of a machine that another process may be watching, without taking the machine over. One stream at a time; end of stream:
    /// the machine is over.
    /// </summary>
    /// <exception cref="HostException">Somebody has it.</exception>
    /// <exception cref="HypervisorException">There is no such machine, or its console cannot be opened.</exception>
    Task<Stream> OpenConsoleAsync(VmId id, CancellationToken cancellationToken);
}

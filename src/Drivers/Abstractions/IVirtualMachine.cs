namespace Orchestrator.Drivers;

/// <summary>
/// A machine that exists: paused after <see cref="IHypervisorDriver.PrepareAsync"/>, running after <see cref="StartAsync"/>,
/// over once <see cref="Completion"/> has completed.
/// </summary>
/// <remarks>
/// <para>Thread-safe: members may be called from any thread, also while another call is under way.</para>
/// <para>Disposing destroys the machine and removes everything the driver made for it, the overlay included. Leaving the machine
/// running, or its disk in place, is explicit: <see cref="DetachAsync"/>.</para>
/// </remarks>
public interface IVirtualMachine : IAsyncDisposable
{
    /// <summary>The run this machine belongs to.</summary>
    VmId Id { get; }

    /// <summary>
    /// What happened, in order, buffered since the machine was prepared or attached; the last element is always <see cref="VmEvent.Stopped"/>.
    /// Exactly one reader. On a machine that was attached to, a tray found open counts as opened just now, so that nothing is missed.
    /// </summary>
    IAsyncEnumerable<VmEvent> Events { get; }

    /// <summary>Where the guest's SSH is reached; null where it has no network. Known from the machine's first moment, and the same until its end.</summary>
    SshEndpoint? Ssh { get; }

    /// <summary>How the machine ended. Completes exactly once and never faults.</summary>
    Task<VmExit> Completion { get; }

    /// <summary>
    /// Inserts a medium into the config drive and lets the guest run its first instruction. Once only. What is on the medium is secret: the driver keeps it
    /// in memory, where only it, the hypervisor and root can read it, and on no disk.
    /// </summary>
    /// <param name="medium">The medium's bytes, an ISO 9660 image; none for a drive that stays empty. Not used any more when this returns.</param>
    /// <param name="cancellationToken">Leaves a machine that is to be ended.</param>
    /// <exception cref="HostException">The host has no memory to keep it in.</exception>
    Task StartAsync(ReadOnlyMemory<byte> medium, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the config drive's medium by force, whatever the guest does with the tray meanwhile, and verifies that it is gone: when
    /// this returns, the guest cannot read the medium, and neither the hypervisor nor the driver has its bytes any more. Idempotent; a machine that is over
    /// is success.
    /// </summary>
    /// <exception cref="HypervisorException">The medium could not be removed: the caller must end the machine.</exception>
    Task RemoveConfigMediaAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Presses the ACPI power button. Returns when the request is delivered, not when the guest obeys. A machine that is over is success. May be called again
    /// and again, since a guest that boots does not hear it: every call presses once more.
    /// </summary>
    Task RequestPowerDownAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Lets a machine go on that <see cref="VmEvent.StorageFull"/> paused. It tries again what failed, and is paused again, with the same event, where there still is no
    /// room. Does nothing to a machine that runs, that somebody else paused, or that is over.
    /// </summary>
    Task ResumeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Ends the machine at once, as pulling its plug would. Returns when nothing of it runs any more. Idempotent.
    /// </summary>
    Task KillAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Opens the guest's serial console, both ways. A stream opened before <see cref="StartAsync"/> sees the guest's output from its first
    /// byte. One stream at a time; everything is in <see cref="RunFiles.ConsoleLog"/> besides. End of stream: the machine is over, whatever ended it.
    /// </summary>
    /// <exception cref="HostException">Somebody has it.</exception>
    Task<Stream> OpenConsoleAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Lets go of the machine without ending it: it goes on, or its files stay, and <see cref="IHypervisorDriver.AttachAsync"/> finds it again.
    /// Disposing afterwards does nothing.
    /// </summary>
    ValueTask DetachAsync();
}

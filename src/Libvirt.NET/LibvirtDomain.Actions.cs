using Libvirt.Interop;

namespace Libvirt;

public sealed unsafe partial class LibvirtDomain
{
    /// <summary>Starts a persistent domain (<c>virDomainCreateWithFlags</c>).</summary>
    /// <param name="flags">How to start it.</param>
    public void Start(DomainCreateFlags flags = DomainCreateFlags.None) =>
        Check(NativeMethods.virDomainCreateWithFlags(_handle, (uint)flags));

    /// <summary>Removes a domain's persistent configuration (<c>virDomainUndefineFlags</c>); while it runs it becomes transient.</summary>
    /// <param name="flags">What goes with it.</param>
    public void Undefine(DomainUndefineFlags flags = DomainUndefineFlags.None) =>
        Check(NativeMethods.virDomainUndefineFlags(_handle, (uint)flags));

    /// <summary>Asks the guest to shut down (<c>virDomainShutdownFlags</c>). Returns when asked; the guest may not heed it.</summary>
    /// <param name="flags">How to ask.</param>
    public void Shutdown(DomainShutdownFlags flags = DomainShutdownFlags.Default) =>
        Check(NativeMethods.virDomainShutdownFlags(_handle, (uint)flags));

    /// <summary>Asks the guest to reboot (<c>virDomainReboot</c>). Returns when asked.</summary>
    /// <param name="flags">How to ask.</param>
    public void Reboot(DomainShutdownFlags flags = DomainShutdownFlags.Default) =>
        Check(NativeMethods.virDomainReboot(_handle, (uint)flags));

    /// <summary>Resets it, as a reset button does (<c>virDomainReset</c>).</summary>
    public void Reset() => Check(NativeMethods.virDomainReset(_handle, 0));

    /// <summary>
    /// Ends it at once, as pulling its plug does (<c>virDomainDestroyFlags</c>). When this returns nothing of it runs; a transient domain
    /// is gone.
    /// </summary>
    /// <param name="flags">How hard.</param>
    /// <exception cref="LibvirtException">
    /// <see cref="LibvirtErrorCode.NoDomain"/>: it was gone; or it is now, while the daemon, just restarted, had not connected to QEMU
    /// again.
    /// </exception>
    public void Destroy(DomainDestroyFlags flags = DomainDestroyFlags.Default) =>
        Check(NativeMethods.virDomainDestroyFlags(_handle, (uint)flags));

    /// <summary>As <see cref="Destroy"/>, on a thread of the pool.</summary>
    /// <param name="flags">How hard.</param>
    /// <param name="cancellationToken">Looked at before the call starts.</param>
    public Task DestroyAsync(DomainDestroyFlags flags = DomainDestroyFlags.Default, CancellationToken cancellationToken = default) =>
        Task.Run(() => Destroy(flags), cancellationToken);

    /// <summary>Pauses it (<c>virDomainSuspend</c>).</summary>
    public void Suspend() => Check(NativeMethods.virDomainSuspend(_handle));

    /// <summary>Has it go on, or run its first instruction if it was created paused (<c>virDomainResume</c>).</summary>
    public void Resume() => Check(NativeMethods.virDomainResume(_handle));

    /// <summary>Adds a device (<c>virDomainAttachDeviceFlags</c>).</summary>
    /// <param name="xml">The device's element.</param>
    /// <param name="flags">To what.</param>
    public void AttachDevice(string xml, DeviceModifyFlags flags = DeviceModifyFlags.Current)
    {
        ArgumentNullException.ThrowIfNull(xml);
        Check(NativeMethods.virDomainAttachDeviceFlags(_handle, xml, (uint)flags));
    }

    /// <summary>
    /// Removes a device (<c>virDomainDetachDeviceFlags</c>). Where the guest has a say this may return before the device is gone:
    /// <see cref="DomainEvent.DeviceRemoved"/> tells.
    /// </summary>
    /// <param name="xml">The device's element.</param>
    /// <param name="flags">From what.</param>
    public void DetachDevice(string xml, DeviceModifyFlags flags = DeviceModifyFlags.Current)
    {
        ArgumentNullException.ThrowIfNull(xml);
        Check(NativeMethods.virDomainDetachDeviceFlags(_handle, xml, (uint)flags));
    }

    /// <summary>Asks the guest to let a device go, and does not wait (<c>virDomainDetachDeviceAlias</c>, libvirt 4.4.0).</summary>
    /// <param name="alias">The device's alias in the live XML.</param>
    /// <param name="flags">From what.</param>
    public void DetachDeviceByAlias(string alias, DeviceModifyFlags flags = DeviceModifyFlags.Current)
    {
        ArgumentNullException.ThrowIfNull(alias);
        LibvirtLibrary.Require(new Version(4, 4, 0), "virDomainDetachDeviceAlias");
        Check(NativeMethods.virDomainDetachDeviceAlias(_handle, alias, (uint)flags));
    }

    /// <summary>
    /// Changes a device, such as the medium in a drive (<c>virDomainUpdateDeviceFlags</c>). Changing a medium moves the tray, and
    /// is itself followed by <see cref="DomainEvent.TrayChanged"/>.
    /// </summary>
    /// <param name="xml">The device's element as it is to be: for a drive without a medium its <c>disk</c> without a <c>source</c>.</param>
    /// <param name="flags">In what, and whether by force.</param>
    public void UpdateDevice(string xml, DeviceModifyFlags flags = DeviceModifyFlags.Current)
    {
        ArgumentNullException.ThrowIfNull(xml);
        Check(NativeMethods.virDomainUpdateDeviceFlags(_handle, xml, (uint)flags));
    }

    /// <summary>As <see cref="UpdateDevice"/>, on a thread of the pool.</summary>
    /// <param name="xml">The device's element as it is to be.</param>
    /// <param name="flags">In what, and whether by force.</param>
    /// <param name="cancellationToken">Looked at before the call starts.</param>
    public Task UpdateDeviceAsync(
        string xml, DeviceModifyFlags flags = DeviceModifyFlags.Current, CancellationToken cancellationToken = default) =>
        Task.Run(() => UpdateDevice(xml, flags), cancellationToken);

    /// <summary>
    /// Saves its state to a file and ends it (<c>virDomainSaveFlags</c>); <see cref="LibvirtConnection.Restore"/> brings it back.
    /// </summary>
    /// <param name="path">The file to make, as the daemon sees it.</param>
    /// <param name="xml">Replaces the XML in the file, where the guest does not notice the difference; null leaves it.</param>
    /// <param name="flags">Running or paused when restored.</param>
    public void Save(string path, string? xml = null, SaveFlags flags = SaveFlags.None)
    {
        ArgumentNullException.ThrowIfNull(path);
        Check(NativeMethods.virDomainSaveFlags(_handle, path, xml, (uint)flags));
    }

    /// <summary>As <see cref="Save"/>, on a thread of the pool.</summary>
    /// <param name="path">The file to make, as the daemon sees it.</param>
    /// <param name="xml">Replaces the XML in the file; null leaves it.</param>
    /// <param name="flags">Running or paused when restored.</param>
    /// <param name="cancellationToken">Looked at before the call starts.</param>
    public Task SaveAsync(
        string path, string? xml = null, SaveFlags flags = SaveFlags.None, CancellationToken cancellationToken = default) =>
        Task.Run(() => Save(path, xml, flags), cancellationToken);

    /// <summary>
    /// Opens a console (<c>virDomainOpenConsole</c> on a non-blocking <c>virStreamNew</c>), both ways. What the guest wrote before is not
    /// seen.
    /// </summary>
    /// <param name="deviceAlias">The console's, serial port's or parallel port's alias; null means the first console.</param>
    /// <param name="flags">What to do about someone who has it open.</param>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.OperationFailed"/>: someone has it open.</exception>
    public LibvirtStream OpenConsole(string? deviceAlias = null, ConsoleFlags flags = ConsoleFlags.None)
    {
        var stream = LibvirtStream.CreateHandle(_connection.Handle);
        if (NativeMethods.virDomainOpenConsole(_handle, deviceAlias, stream, (uint)flags) < 0)
        {
            var error = NativeErrors.Last();
            stream.Dispose();
            throw error;
        }

        return LibvirtStream.Attach(stream, _connection.State);
    }

    /// <summary>
    /// Sends a command to QEMU's monitor behind libvirt's back (<c>virDomainQemuMonitorCommand</c> of libvirt-qemu), for diagnosis,
    /// tests, and where libvirt is mistaken. The domain counts as tainted afterwards.
    /// </summary>
    /// <param name="command">QMP's JSON, or a line for the human monitor.</param>
    /// <param name="flags">Which of the two.</param>
    /// <returns>What QEMU answered.</returns>
    public string QemuMonitorCommand(string command, QemuMonitorFlags flags = QemuMonitorFlags.Default)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (LibvirtLibrary.FindLoadProblem(NativeMethods.QemuLibrary) is { } problem)
        {
            throw LibvirtException.Unavailable(LibvirtErrorCode.LibraryUnavailable, problem);
        }

        byte* result = null;
        Check(NativeMethods.virDomainQemuMonitorCommand(_handle, command, &result, (uint)flags));
        return NativeStrings.Take(result);
    }
}

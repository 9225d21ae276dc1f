using Libvirt.Interop;

namespace Libvirt;

public sealed unsafe partial class LibvirtDomain
{
    /// <summary>Asks the guest to shut down (<c>virDomainShutdownFlags</c>). Returns when asked; the guest may not heed it.</summary>
    /// <param name="flags">How to ask.</param>
    public void Shutdown(DomainShutdownFlags flags = DomainShutdownFlags.Default) =>
        Check(NativeMethods.virDomainShutdownFlags(_handle, (uint)flags));

    /// <summary>
    /// Ends it at once, as pulling its plug does (<c>virDomainDestroyFlags</c>). When this returns nothing of it runs; a transient domain
    /// is gone.
    /// </summary>
    /// <exception cref="LibvirtException">
    /// <see cref="LibvirtErrorCode.NoDomain"/>: it was gone; or it is now, while the daemon, just restarted, had not connected to QEMU
    /// again.
    /// </exception>
    public void Destroy() => Check(NativeMethods.virDomainDestroyFlags(_handle, 0));

    /// <summary>Pauses it (<c>virDomainSuspend</c>).</summary>
    public void Suspend() => Check(NativeMethods.virDomainSuspend(_handle));

    /// <summary>Has it go on, or run its first instruction if it was created paused (<c>virDomainResume</c>).</summary>
    public void Resume() => Check(NativeMethods.virDomainResume(_handle));

    /// <summary>
    /// Removes a device (<c>virDomainDetachDeviceFlags</c>). Where the guest has a say this may return before the device is gone.
    /// </summary>
    /// <param name="xml">The device's element.</param>
    /// <param name="flags">From what.</param>
    public void DetachDevice(string xml, DeviceModifyFlags flags = DeviceModifyFlags.Current)
    {
        ArgumentNullException.ThrowIfNull(xml);
        Check(NativeMethods.virDomainDetachDeviceFlags(_handle, xml, (uint)flags));
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

    /// <summary>
    /// Opens its first console (<c>virDomainOpenConsole</c> on a non-blocking <c>virStreamNew</c>), both ways. What the guest wrote before is not
    /// seen.
    /// </summary>
    /// <param name="flags">What to do about someone who has it open.</param>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.OperationFailed"/>: someone has it open.</exception>
    public LibvirtStream OpenConsole(ConsoleFlags flags = ConsoleFlags.None)
    {
        var stream = LibvirtStream.CreateHandle(_connection.Handle);
        if (NativeMethods.virDomainOpenConsole(_handle, null, stream, (uint)flags) < 0)
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
    /// <param name="command">QMP's JSON.</param>
    /// <returns>What QEMU answered.</returns>
    public string QemuMonitorCommand(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (LibvirtLibrary.FindLoadProblem(NativeMethods.QemuLibrary) is { } problem)
        {
            throw LibvirtException.Unavailable(LibvirtErrorCode.LibraryUnavailable, problem);
        }

        byte* result = null;
        Check(NativeMethods.virDomainQemuMonitorCommand(_handle, command, &result, 0));
        return NativeStrings.Take(result);
    }
}

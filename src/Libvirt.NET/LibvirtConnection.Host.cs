using System.Runtime.InteropServices;
using Libvirt.Interop;

namespace Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>
    /// Whether the connection is there (<c>virConnectIsAlive</c>). A daemon that hangs is found by <see cref="SetKeepAlive"/> only.
    /// </summary>
    public bool IsAlive => NativeErrors.ThrowIfFailed(NativeMethods.virConnectIsAlive(_handle)) == 1;

    /// <summary>The driver's name: <c>QEMU</c>, <c>TEST</c> (<c>virConnectGetType</c>).</summary>
    public string HypervisorType
    {
        get
        {
            var name = NativeMethods.virConnectGetType(_handle);
            return name is null ? throw NativeErrors.Last() : NativeStrings.Read(name)!;
        }
    }

    /// <summary>The version of the daemon's libvirt (<c>virConnectGetLibVersion</c>).</summary>
    public Version GetDaemonVersion()
    {
        CULong version;
        NativeErrors.ThrowIfFailed(NativeMethods.virConnectGetLibVersion(_handle, &version));
        return LibvirtLibrary.ToVersion(version.Value);
    }

    /// <summary>The version of the hypervisor (<c>virConnectGetVersion</c>); 0.0.0 where it cannot be told.</summary>
    public Version GetHypervisorVersion()
    {
        CULong version;
        NativeErrors.ThrowIfFailed(NativeMethods.virConnectGetVersion(_handle, &version));
        return LibvirtLibrary.ToVersion(version.Value);
    }

    /// <summary>What the host and its hypervisor can do, as XML (<c>virConnectGetCapabilities</c>).</summary>
    public string GetCapabilities() => NativeStrings.Take(NativeMethods.virConnectGetCapabilities(_handle));

    /// <summary>
    /// What a domain of a certain kind can be given, as XML (<c>virConnectGetDomainCapabilities</c>). Null takes the hypervisor's default.
    /// </summary>
    /// <param name="architecture">Such as <c>x86_64</c>.</param>
    /// <param name="machine">Such as <c>q35</c>.</param>
    /// <param name="virtType"><c>kvm</c> or <c>qemu</c>; an error if that type is not to be had.</param>
    public string GetDomainCapabilities(string? architecture = null, string? machine = null, string? virtType = null) =>
        NativeStrings.Take(NativeMethods.virConnectGetDomainCapabilities(_handle, null, architecture, machine, virtType, 0));
}

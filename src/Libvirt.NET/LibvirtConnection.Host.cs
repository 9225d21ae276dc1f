using System.Runtime.InteropServices;
using System.Text;
using Libvirt.Interop;

namespace Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>
    /// Whether the connection is there (<c>virConnectIsAlive</c>). A daemon that hangs is found by <see cref="SetKeepAlive"/> only.
    /// </summary>
    public bool IsAlive => NativeErrors.ThrowIfFailed(NativeMethods.virConnectIsAlive(_handle)) == 1;

    /// <summary>Whether the transport is encrypted (<c>virConnectIsEncrypted</c>).</summary>
    public bool IsEncrypted => NativeErrors.ThrowIfFailed(NativeMethods.virConnectIsEncrypted(_handle)) == 1;

    /// <summary>Whether the transport is encrypted or local (<c>virConnectIsSecure</c>).</summary>
    public bool IsSecure => NativeErrors.ThrowIfFailed(NativeMethods.virConnectIsSecure(_handle)) == 1;

    /// <summary>The driver's name: <c>QEMU</c>, <c>TEST</c> (<c>virConnectGetType</c>).</summary>
    public string HypervisorType
    {
        get
        {
            var name = NativeMethods.virConnectGetType(_handle);
            return name is null ? throw NativeErrors.Last() : NativeStrings.Read(name)!;
        }
    }

    /// <summary>The URI in full, whatever was given to <see cref="Open"/> (<c>virConnectGetURI</c>).</summary>
    public string GetUri() => NativeStrings.Take(NativeMethods.virConnectGetURI(_handle));

    /// <summary>The name of the host that the daemon runs on (<c>virConnectGetHostname</c>).</summary>
    public string GetHostname() => NativeStrings.Take(NativeMethods.virConnectGetHostname(_handle));

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
    /// <param name="emulator">The path of the emulator.</param>
    /// <param name="architecture">Such as <c>x86_64</c>.</param>
    /// <param name="machine">Such as <c>q35</c>.</param>
    /// <param name="virtType"><c>kvm</c> or <c>qemu</c>; an error if that type is not to be had.</param>
    public string GetDomainCapabilities(
        string? emulator = null, string? architecture = null, string? machine = null, string? virtType = null) =>
        NativeStrings.Take(NativeMethods.virConnectGetDomainCapabilities(_handle, emulator, architecture, machine, virtType, 0));

    /// <summary>The host's processors and memory (<c>virNodeGetInfo</c>).</summary>
    public NodeInfo GetNodeInfo()
    {
        NativeNodeInfo info;
        NativeErrors.ThrowIfFailed(NativeMethods.virNodeGetInfo(_handle, &info));
        ReadOnlySpan<byte> model = info.Model;
        var end = model.IndexOf((byte)0);
        return new NodeInfo(
            Encoding.UTF8.GetString(end < 0 ? model : model[..end]),
            (long)info.Memory.Value,
            (int)info.Cpus,
            (int)info.MegaHertz,
            (int)info.Nodes,
            (int)info.Sockets,
            (int)info.Cores,
            (int)info.Threads);
    }

    /// <summary>The host's free memory, in bytes (<c>virNodeGetFreeMemory</c>).</summary>
    public long GetFreeMemory()
    {
        var bytes = NativeMethods.virNodeGetFreeMemory(_handle);
        return bytes == 0 ? throw NativeErrors.Last() : (long)bytes;
    }
}

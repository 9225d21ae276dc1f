using System.Runtime.InteropServices;

namespace Libvirt.Interop;

/// <summary><c>struct _virDomainInfo</c> of <c>libvirt-domain.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeDomainInfo
{
    public byte State;
    public CULong MaximumMemory;
    public CULong Memory;
    public ushort VirtualCpus;
    public ulong CpuTime;
}

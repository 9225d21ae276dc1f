using System.Runtime.InteropServices;

namespace Libvirt.Interop;

/// <summary><c>struct _virDomainBlockInfo</c> of <c>libvirt-domain.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeDomainBlockInfo
{
    public ulong Capacity;
    public ulong Allocation;
    public ulong Physical;
}

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

/// <summary><c>struct _virError</c> of <c>virterror.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeError
{
    public int Code;
    public int Domain;
    public byte* Message;
    public int Level;
    public nint Connection;
    public nint DomainObject;
    public byte* String1;
    public byte* String2;
    public byte* String3;
    public int Integer1;
    public int Integer2;
    public nint Network;
}

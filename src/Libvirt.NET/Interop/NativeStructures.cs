using System.Runtime.CompilerServices;
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

/// <summary><c>struct _virDomainBlockInfo</c> of <c>libvirt-domain.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeDomainBlockInfo
{
    public ulong Capacity;
    public ulong Allocation;
    public ulong Physical;
}

/// <summary><c>struct _virNodeInfo</c> of <c>libvirt-host.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeNodeInfo
{
    public ModelBytes Model;
    public CULong Memory;
    public uint Cpus;
    public uint MegaHertz;
    public uint Nodes;
    public uint Sockets;
    public uint Cores;
    public uint Threads;

    [InlineArray(32)]
    public struct ModelBytes
    {
        private byte _first;
    }
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

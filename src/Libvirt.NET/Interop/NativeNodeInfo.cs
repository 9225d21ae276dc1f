using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Libvirt.Interop;

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

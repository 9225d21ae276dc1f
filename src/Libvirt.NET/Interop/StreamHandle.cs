namespace Libvirt.Interop;

/// <summary>A reference to a <c>virStreamPtr</c>.</summary>
internal sealed class StreamHandle(ConnectionHandle connection) : ConnectionChildHandle(connection)
{
    protected override bool ReleaseOwn(nint pointer) => NativeMethods.virStreamFree(pointer) == 0;
}

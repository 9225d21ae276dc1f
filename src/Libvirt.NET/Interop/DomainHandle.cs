namespace Libvirt.Interop;

/// <summary>A reference to a <c>virDomainPtr</c>.</summary>
internal sealed class DomainHandle(ConnectionHandle connection) : ConnectionChildHandle(connection)
{
    protected override bool ReleaseOwn(nint pointer) => NativeMethods.virDomainFree(pointer) == 0;
}

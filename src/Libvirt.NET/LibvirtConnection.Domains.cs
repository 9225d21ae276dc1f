using System.Runtime.InteropServices;
using Libvirt.Interop;

namespace Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    /// <summary>
    /// Makes and starts a transient domain (<c>virDomainCreateXML</c>), which is gone once it stops. When this returns,
    /// <see cref="DomainLifecycle.Started"/> may or may not have been delivered yet.
    /// </summary>
    /// <param name="xml">The domain's description.</param>
    /// <param name="flags">How to start it.</param>
    /// <exception cref="LibvirtException">
    /// <see cref="LibvirtErrorCode.OperationFailed"/>: a domain of that name or UUID exists. <see cref="LibvirtErrorCode.XmlError"/> and
    /// its
    /// neighbours: the XML is wrong. <see cref="LibvirtErrorCode.InternalError"/>: QEMU did not start; the message has what it said.
    /// </exception>
    public LibvirtDomain CreateDomain(string xml, DomainCreateFlags flags = DomainCreateFlags.None)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return Own(connection => NativeMethods.virDomainCreateXML(connection, xml, (uint)flags));
    }

    /// <summary>
    /// The domains that <paramref name="flags"/> choose (<c>virConnectListAllDomains</c>). Each is the caller's to dispose.
    /// </summary>
    /// <param name="flags">Which domains.</param>
    public IReadOnlyList<LibvirtDomain> ListDomains(ListDomainsFlags flags = ListDomainsFlags.None)
    {
        nint* pointers = null;
        var count = NativeErrors.ThrowIfFailed(NativeMethods.virConnectListAllDomains(_handle, &pointers, (uint)flags));
        try
        {
            var domains = new LibvirtDomain[count];
            for (var i = 0; i < count; i++)
            {
                var handle = new DomainHandle(_handle);
                handle.Own(pointers[i]);
                domains[i] = new LibvirtDomain(this, handle);
            }

            return domains;
        }
        finally
        {
            NativeMemory.Free(pointers);
        }
    }

    /// <summary>The domain of that name (<c>virDomainLookupByName</c>), or null.</summary>
    /// <param name="name">The name.</param>
    public LibvirtDomain? FindDomainByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return OwnOrNull(connection => NativeMethods.virDomainLookupByName(connection, name));
    }

    /// <summary>The domain of that UUID (<c>virDomainLookupByUUID</c>), or null.</summary>
    /// <param name="uuid">The UUID.</param>
    public LibvirtDomain? FindDomainByUuid(Guid uuid) => OwnOrNull(connection =>
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        fixed (byte* pointer = bytes)
        {
            return NativeMethods.virDomainLookupByUUID(connection, pointer);
        }
    });

    private LibvirtDomain Own(Func<ConnectionHandle, nint> find)
    {
        var handle = new DomainHandle(_handle);
        var pointer = find(_handle);
        if (pointer == 0)
        {
            var error = NativeErrors.Last();
            handle.Dispose();
            throw error;
        }

        handle.Own(pointer);
        return new LibvirtDomain(this, handle);
    }

    private LibvirtDomain? OwnOrNull(Func<ConnectionHandle, nint> find)
    {
        try
        {
            return Own(find);
        }
        catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }
}

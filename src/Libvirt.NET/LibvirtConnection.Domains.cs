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

    /// <summary>As <see cref="CreateDomain"/>, on a thread of the pool.</summary>
    /// <param name="xml">The domain's description.</param>
    /// <param name="flags">How to start it.</param>
    /// <param name="cancellationToken">Looked at before the call starts; a creation under way is seen through, so no domain goes
    /// unnoticed.</param>
    public Task<LibvirtDomain> CreateDomainAsync(
        string xml, DomainCreateFlags flags = DomainCreateFlags.None, CancellationToken cancellationToken = default) =>
        Task.Run(() => CreateDomain(xml, flags), cancellationToken);

    /// <summary>Makes or changes a persistent domain's configuration (<c>virDomainDefineXMLFlags</c>).</summary>
    /// <param name="xml">The domain's description.</param>
    /// <param name="validate">Checks the XML against libvirt's schema first (<c>VIR_DOMAIN_DEFINE_VALIDATE</c>).</param>
    public LibvirtDomain DefineDomain(string xml, bool validate = false)
    {
        ArgumentNullException.ThrowIfNull(xml);
        LibvirtLibrary.Require(new Version(1, 2, 12), "virDomainDefineXMLFlags");
        return Own(connection => NativeMethods.virDomainDefineXMLFlags(connection, xml, validate ? 1u : 0));
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

    /// <summary>
    /// The running domain of that number (<c>virDomainLookupByID</c>), or null. Numbers are not used twice while the daemon runs.
    /// </summary>
    /// <param name="id">The number.</param>
    public LibvirtDomain? FindDomainById(int id) => OwnOrNull(connection => NativeMethods.virDomainLookupByID(connection, id));

    /// <summary>
    /// Starts a domain from a file that <see cref="LibvirtDomain.Save"/> made (<c>virDomainRestoreFlags</c>). A transient domain is found
    /// by
    /// its UUID afterwards.
    /// </summary>
    /// <param name="path">The file, as the daemon sees it.</param>
    /// <param name="xml">Replaces the saved XML, where the guest does not notice the difference; null leaves it.</param>
    /// <param name="flags">Running or paused afterwards.</param>
    public void Restore(string path, string? xml = null, SaveFlags flags = SaveFlags.None)
    {
        ArgumentNullException.ThrowIfNull(path);
        NativeErrors.ThrowIfFailed(NativeMethods.virDomainRestoreFlags(_handle, path, xml, (uint)flags));
    }

    /// <summary>As <see cref="Restore"/>, on a thread of the pool.</summary>
    /// <param name="path">The file, as the daemon sees it.</param>
    /// <param name="xml">Replaces the saved XML; null leaves it.</param>
    /// <param name="flags">Running or paused afterwards.</param>
    /// <param name="cancellationToken">Looked at before the call starts.</param>
    public Task RestoreAsync(
        string path, string? xml = null, SaveFlags flags = SaveFlags.None, CancellationToken cancellationToken = default) =>
        Task.Run(() => Restore(path, xml, flags), cancellationToken);

    /// <summary>The XML in a saved file (<c>virDomainSaveImageGetXMLDesc</c>).</summary>
    /// <param name="path">The file, as the daemon sees it.</param>
    /// <param name="secure">Secrets too (<c>VIR_DOMAIN_SAVE_IMAGE_XML_SECURE</c>).</param>
    public string GetSavedXml(string path, bool secure = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        return NativeStrings.Take(NativeMethods.virDomainSaveImageGetXMLDesc(_handle, path, secure ? (uint)DomainXmlFlags.Secure : 0));
    }

    /// <summary>
    /// Changes the XML in a saved file, where the guest does not notice the difference (<c>virDomainSaveImageDefineXML</c>).
    /// </summary>
    /// <param name="path">The file, as the daemon sees it.</param>
    /// <param name="xml">The XML to put there.</param>
    /// <param name="flags">Running or paused when restored.</param>
    public void SetSavedXml(string path, string xml, SaveFlags flags = SaveFlags.None)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(xml);
        NativeErrors.ThrowIfFailed(NativeMethods.virDomainSaveImageDefineXML(_handle, path, xml, (uint)flags));
    }

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

using Libvirt.Interop;

namespace Libvirt;

/// <summary>A domain, which is libvirt's word for a virtual machine (<c>virDomainPtr</c>).</summary>
/// <remarks>
/// <para>Thread-safe, and a reference only: disposing it does nothing to the machine, and the machine may be gone while this is not;
/// members then throw with <see cref="LibvirtErrorCode.NoDomain"/> or <see cref="LibvirtErrorCode.OperationInvalid"/>.</para>
/// <para>Keeps its connection open. Members that ask the daemon block until it answers.</para>
/// </remarks>
public sealed unsafe partial class LibvirtDomain : IDisposable
{
    private readonly LibvirtConnection _connection;
    private readonly DomainHandle _handle;

    internal LibvirtDomain(LibvirtConnection connection, DomainHandle handle)
    {
        _connection = connection;
        _handle = handle;
        Span<byte> uuid = stackalloc byte[16];
        fixed (byte* bytes = uuid)
        {
            NativeErrors.ThrowIfFailed(NativeMethods.virDomainGetUUID(handle, bytes));
        }

        Uuid = new Guid(uuid, bigEndian: true);
    }

    /// <summary>The domain's UUID (<c>virDomainGetUUID</c>).</summary>
    public Guid Uuid { get; }

    /// <summary>Whether it runs or is paused (<c>virDomainIsActive</c>).</summary>
    public bool GetIsActive() => NativeErrors.ThrowIfFailed(NativeMethods.virDomainIsActive(_handle)) == 1;

    /// <summary>What it does and why (<c>virDomainGetState</c>).</summary>
    /// <returns>The state, and its reason; a value without a name is one that is not told apart.</returns>
    public (DomainState State, DomainStateReason Reason) GetState()
    {
        int state, reason;
        NativeErrors.ThrowIfFailed(NativeMethods.virDomainGetState(_handle, &state, &reason, 0));
        return ((DomainState)state, (DomainStateReason)((state << 8) | reason));
    }

    /// <summary>The sizes of one of its disks (<c>virDomainGetBlockInfo</c>). Waits its turn behind whatever is being done to the domain.</summary>
    /// <param name="disk">The disk's target, such as <c>vda</c>, or the path of its source.</param>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.InvalidArgument"/>: it has no such disk.</exception>
    public DomainBlockInfo GetBlockInfo(string disk)
    {
        NativeDomainBlockInfo info;
        NativeErrors.ThrowIfFailed(NativeMethods.virDomainGetBlockInfo(_handle, disk, &info, 0));
        return new DomainBlockInfo((long)info.Capacity, (long)info.Allocation, (long)info.Physical);
    }

    /// <summary>Its description (<c>virDomainGetXMLDesc</c>).</summary>
    public string GetXml() => NativeStrings.Take(NativeMethods.virDomainGetXMLDesc(_handle, 0));

    /// <summary>An element of its metadata (<c>virDomainGetMetadata</c>), or null if it has none.</summary>
    /// <param name="namespaceUri">The element's namespace.</param>
    /// <returns>The element's XML, without the namespace's prefix.</returns>
    public string? GetMetadata(string namespaceUri)
    {
        if (NativeStrings.TakeOrNull(NativeMethods.virDomainGetMetadata(_handle, NativeMethods.MetadataElement, namespaceUri, 0)) is { } text)
        {
            return text;
        }

        var error = NativeErrors.Last();
        return error.Code == LibvirtErrorCode.NoDomainMetadata ? null : throw error;
    }

    /// <summary>Sets an element of the metadata of the running domain (<c>virDomainSetMetadata</c>).</summary>
    /// <param name="element">The element's XML.</param>
    /// <param name="prefix">The prefix libvirt gives to the element's namespace.</param>
    /// <param name="namespaceUri">The element's namespace.</param>
    public void SetMetadata(string element, string prefix, string namespaceUri) => Check(NativeMethods.virDomainSetMetadata(
        _handle, NativeMethods.MetadataElement, element, prefix, namespaceUri, NativeMethods.AffectLive));

    /// <summary>Lets the reference go (<c>virDomainFree</c>). The machine goes on.</summary>
    public void Dispose() => _handle.Dispose();

    private static void Check(int result) => NativeErrors.ThrowIfFailed(result);
}

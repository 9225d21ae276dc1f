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
        Name = NativeStrings.Read(NativeMethods.virDomainGetName(handle)) ?? throw NativeErrors.Last();
        Span<byte> uuid = stackalloc byte[16];
        fixed (byte* bytes = uuid)
        {
            NativeErrors.ThrowIfFailed(NativeMethods.virDomainGetUUID(handle, bytes));
        }

        Uuid = new Guid(uuid, bigEndian: true);
    }

    /// <summary>The domain's name (<c>virDomainGetName</c>).</summary>
    public string Name { get; }

    /// <summary>The domain's UUID (<c>virDomainGetUUID</c>).</summary>
    public Guid Uuid { get; }

    /// <summary>
    /// The domain's number while it runs, as it was when this reference was made (<c>virDomainGetID</c>); -1 if it was not running.
    /// </summary>
    public int Id => (int)NativeMethods.virDomainGetID(_handle);

    /// <summary>Whether it runs or is paused (<c>virDomainIsActive</c>).</summary>
    public bool GetIsActive() => NativeErrors.ThrowIfFailed(NativeMethods.virDomainIsActive(_handle)) == 1;

    /// <summary>Whether it has a persistent configuration (<c>virDomainIsPersistent</c>).</summary>
    public bool GetIsPersistent() => NativeErrors.ThrowIfFailed(NativeMethods.virDomainIsPersistent(_handle)) == 1;

    /// <summary>What it does and why (<c>virDomainGetState</c>).</summary>
    /// <returns>The state, and its reason; a reason without a name is one that a newer libvirt has added.</returns>
    public (DomainState State, DomainStateReason Reason) GetState()
    {
        int state, reason;
        NativeErrors.ThrowIfFailed(NativeMethods.virDomainGetState(_handle, &state, &reason, 0));
        return ((DomainState)state, (DomainStateReason)((state << 8) | reason));
    }

    /// <summary>What it has and has used (<c>virDomainGetInfo</c>).</summary>
    public DomainInfo GetInfo()
    {
        NativeDomainInfo info;
        NativeErrors.ThrowIfFailed(NativeMethods.virDomainGetInfo(_handle, &info));
        return new DomainInfo(
            (DomainState)info.State,
            (long)info.MaximumMemory.Value,
            (long)info.Memory.Value,
            info.VirtualCpus,
            TimeSpan.FromMicroseconds(info.CpuTime / 1000d));
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
    /// <param name="flags">What is to be in it.</param>
    public string GetXml(DomainXmlFlags flags = DomainXmlFlags.None) =>
        NativeStrings.Take(NativeMethods.virDomainGetXMLDesc(_handle, (uint)flags));

    /// <summary>Its title, description or an element of its metadata (<c>virDomainGetMetadata</c>), or null if it has none.</summary>
    /// <param name="kind">Which of the three.</param>
    /// <param name="namespaceUri">The namespace of the metadata element; null for the others.</param>
    /// <param name="impact">Of the running domain or of its configuration.</param>
    /// <returns>The text; for an element its XML, without the namespace's prefix.</returns>
    public string? GetMetadata(MetadataKind kind, string? namespaceUri = null, ModificationImpact impact = ModificationImpact.Current)
    {
        if (NativeStrings.TakeOrNull(NativeMethods.virDomainGetMetadata(_handle, (int)kind, namespaceUri, (uint)impact)) is { } text)
        {
            return text;
        }

        var error = NativeErrors.Last();
        return error.Code == LibvirtErrorCode.NoDomainMetadata ? null : throw error;
    }

    /// <summary>Sets its title, description or an element of its metadata (<c>virDomainSetMetadata</c>).</summary>
    /// <param name="kind">Which of the three.</param>
    /// <param name="value">The text, or the element's XML; null removes it.</param>
    /// <param name="prefix">The prefix libvirt gives to the metadata element's namespace; null for the others.</param>
    /// <param name="namespaceUri">The namespace of the metadata element; null for the others.</param>
    /// <param name="impact">In the running domain or in its configuration.</param>
    public void SetMetadata(
        MetadataKind kind,
        string? value,
        string? prefix = null,
        string? namespaceUri = null,
        ModificationImpact impact = ModificationImpact.Current) =>
        Check(NativeMethods.virDomainSetMetadata(_handle, (int)kind, value, prefix, namespaceUri, (uint)impact));

    /// <summary>Lets the reference go (<c>virDomainFree</c>). The machine goes on.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Calls with the pointer, which stays good meanwhile.</summary>
    internal T With<T>(Func<nint, T> call)
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            return call(_handle.DangerousGetHandle());
        }
        finally
        {
            if (held)
            {
                _handle.DangerousRelease();
            }
        }
    }

    private static void Check(int result) => NativeErrors.ThrowIfFailed(result);
}

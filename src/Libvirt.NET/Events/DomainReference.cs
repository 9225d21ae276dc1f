using Libvirt.Interop;

namespace Libvirt;

/// <summary>Which domain an event is about, as it was when the event came.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Id">Its number; -1 if it does not run. An event about its end may have either.</param>
public sealed record DomainReference(string Name, Guid Uuid, int Id)
{
    /// <summary>Copies what a callback's borrowed <c>virDomainPtr</c> knows by itself; none of this asks the daemon.</summary>
    internal static unsafe DomainReference Read(nint domain)
    {
        Span<byte> uuid = stackalloc byte[16];
        fixed (byte* bytes = uuid)
        {
            _ = NativeMethods.GetBorrowedDomainUuid(domain, bytes);
        }

        var name = NativeStrings.Read(NativeMethods.GetBorrowedDomainName(domain)) ?? "";
        return new DomainReference(name, new Guid(uuid, bigEndian: true), (int)NativeMethods.GetBorrowedDomainId(domain));
    }
}

namespace Libvirt.Interop;

/// <summary>What libvirt says of a call that failed.</summary>
internal static unsafe class NativeErrors
{
    /// <summary>
    /// Reads <c>virGetLastError</c>. It belongs to the thread: to be called on the one whose call has failed, before any other call.
    /// </summary>
    public static LibvirtException Last()
    {
        var error = NativeMethods.virGetLastError();
        if (error is null || error->Code == 0)
        {
            return new LibvirtException(LibvirtErrorCode.InternalError, LibvirtErrorDomain.None, "libvirt failed without saying why");
        }

        return new LibvirtException(
            (LibvirtErrorCode)error->Code,
            (LibvirtErrorDomain)error->Domain,
            NativeStrings.Read(error->Message) ?? $"libvirt error {error->Code}")
        {
            Number1 = error->Integer1,
        };
    }

    /// <summary>Throws the thread's last error if a function that returns -1 for failure failed.</summary>
    public static int ThrowIfFailed(int result) => result >= 0 ? result : throw Last();
}

using Libvirt.Interop;

namespace Libvirt.Events;

/// <summary>
/// libvirt's default event loop, one for the process as libvirt wants it, on a background thread that lives as long as the process.
/// All callbacks run on that thread, one after another.
/// </summary>
internal static class EventLoop
{
    private static volatile LibvirtException? _failure;

    /// <summary>
    /// Registers the loop (<c>virEventRegisterDefaultImpl</c>) and starts it. Called once, before the first connection.
    /// </summary>
    /// <returns>What went wrong, or null.</returns>
    public static LibvirtException? Start()
    {
        if (NativeMethods.virEventRegisterDefaultImpl() < 0)
        {
            return NativeErrors.Last();
        }

        new Thread(Run) { Name = "libvirt-events", IsBackground = true }.Start();
        return null;
    }

    /// <summary>Refuses to go on without a loop, as nothing would ever be heard of events and lost connections.</summary>
    public static void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new LibvirtException(failure.Code, failure.Domain, $"libvirt's event loop has ended: {failure.Message}", failure);
        }
    }

    private static void Run()
    {
        // Blocks in poll until there is something to do; adding a descriptor or a timer from another thread wakes it.
        while (NativeMethods.virEventRunDefaultImpl() >= 0)
        {
        }

        _failure = NativeErrors.Last();
    }
}

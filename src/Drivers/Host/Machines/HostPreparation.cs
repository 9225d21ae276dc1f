using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers.Host.Images;

namespace Orchestrator.Drivers.Host.Machines;

/// <summary>What preparing a machine on this host is like, whichever hypervisor runs it: its images are looked at, and what takes longest is done side by side.</summary>
internal static class HostPreparation
{
    /// <summary>Prepares a machine.</summary>
    /// <typeparam name="TPlan">What the driver finds out about the host for it.</typeparam>
    /// <param name="spec">The machine.</param>
    /// <param name="qemuImg">Absolute path of <c>qemu-img</c>.</param>
    /// <param name="context">The driver's directories and clock.</param>
    /// <param name="planAsync">Finds it out. Leaves nothing behind.</param>
    /// <param name="makeAsync">Makes the machine of its opened images, its overlay's content and the plan; the latter two may be awaited late.</param>
    /// <param name="cancellationToken">Undoes everything.</param>
    public static Task<IVirtualMachine> RunAsync<TPlan>(
        VmSpec spec,
        string qemuImg,
        DriverContext context,
        Func<VmSpec, BackingChain, CancellationToken, Task<TPlan>> planAsync,
        Func<VmSpec, BackingChain, Task<SafeFileHandle>, Task<TPlan>, Task<IVirtualMachine>> makeAsync,
        CancellationToken cancellationToken) => SshPorts.PrepareAsync(spec, async spec =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var chain = BackingChain.Open(spec.Machine.BaseImagePath, spec.Machine.BackingImagePaths);
        Overlay.RequireRoom(chain.Base.Path, chain.Base.VirtualSize, spec.Machine.RootDiskBytes);

        // Both take longer than everything else does, and neither leaves anything behind.
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var drafting = Overlay.DraftAsync(
            qemuImg, new OverlayCache(context.CacheDirectory), chain.Base.Path, spec.Machine.RootDiskBytes, context.Time, abandon.Token);
        var planning = Task.Run(() => planAsync(spec, chain, abandon.Token), CancellationToken.None);
        try
        {
            return await makeAsync(spec, chain, drafting, planning).ConfigureAwait(false);
        }
        finally
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(drafting, planning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (drafting.IsCompletedSuccessfully)
            {
                drafting.Result.Dispose();
            }
        }
    });
}

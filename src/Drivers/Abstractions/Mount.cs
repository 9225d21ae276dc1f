namespace Orchestrator.Drivers;

/// <summary>
/// A directory of the host that the guest may mount, by the 9P protocol over virtio (QEMU's <c>-fsdev local</c>, libvirt's <c>filesystem</c>), and read but never
/// write, whoever it is there.
/// </summary>
/// <param name="Source">Absolute path of the directory. Whether there is one, and whose it is, is for the driver to look at.</param>
/// <param name="Tag">What the guest mounts it by: <c>[A-Za-z0-9][A-Za-z0-9._-]{0,30}</c>, which a machine has once (QEMU's MAX_TAG_LEN is 32, with its end).</param>
public sealed record Mount(string Source, string Tag)
{
    /// <summary>How many a machine may have: the functions of one place on its PCI bus.</summary>
    public const int Most = 8;

    /// <summary>That place. No other device is moved by it, and none is where there are no mounts.</summary>
    public const int PciSlot = 0x18;
}

using System.Text.Json.Serialization;

namespace Orchestrator.Drivers;

/// <summary>
/// What a machine is, whichever driver runs it: the part of an instance that a hypervisor has to know. Everything is resolved and checked: absolute paths,
/// bytes. An instance and what a driver gets both contain one; nothing repeats it.
/// </summary>
public sealed record MachineDescription
{
    /// <summary>The instance's name, which the machine bears too: <c>[A-Za-z0-9][A-Za-z0-9._-]{0,62}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The guest's processor architecture.</summary>
    public required GuestArchitecture Architecture { get; init; }

    /// <summary>Number of virtual processors, at least 1.</summary>
    public required int Processors { get; init; }

    /// <summary>Guest memory in bytes; a multiple of 1 MiB.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Virtual size of the overlay in bytes, a multiple of 512; at least the base image's virtual size.</summary>
    public required long RootDiskBytes { get; init; }

    /// <summary>Absolute path of the base image, a qcow2 file. Never written to. Whether there is such a file is for the driver to say.</summary>
    public required string BaseImagePath { get; init; }

    /// <summary>Absolute paths of what the base image may be backed by: nothing else is opened. Not in a journal: nobody asks once the machine is made.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> BackingImagePaths { get; init; } = [];

    /// <summary>The guest's network.</summary>
    public required NetworkMode Network { get; init; }

    /// <summary>What else the guest may reach in <see cref="NetworkMode.Internet"/>.</summary>
    [JsonIgnore]
    public IReadOnlyList<AllowedDestination> Allow { get; init; } = [];

    /// <summary>What of the host the guest may read; no two have the same tag.</summary>
    [JsonIgnore]
    public IReadOnlyList<Mount> Mounts { get; init; } = [];

    /// <summary>What a guest's reboot does to the machine.</summary>
    public RebootAction OnReboot { get; init; } = RebootAction.Restart;
}

/// <summary>A guest's processor architecture.</summary>
public enum GuestArchitecture
{
    /// <summary>x86_64, on QEMU's <c>q35</c> machine.</summary>
    X64,

    /// <summary>aarch64, on QEMU's <c>virt</c> machine with UEFI firmware.</summary>
    Arm64,
}

/// <summary>A guest's network.</summary>
public enum NetworkMode
{
    /// <summary>
    /// A name server and public addresses, and what the guest was given: nothing of the host, no other machine, no private network. The host reaches the guest's SSH.
    /// </summary>
    Internet,

    /// <summary>
    /// QEMU's user network: the guest reaches whatever the host reaches, its loopback and with it other machines' SSH included, and the host reaches the guest's SSH.
    /// </summary>
    [JsonStringEnumMemberName("User")] // as journals of older versions have it
    Open,

    /// <summary>The host reaches the guest's SSH; the guest reaches nothing (QEMU's <c>restrict=on</c>).</summary>
    Restricted,

    /// <summary>No network device at all, hence no SSH.</summary>
    None,
}

/// <summary>What a guest's reboot does to its machine (QEMU's <c>-action reboot=</c>, libvirt's <c>on_reboot</c>).</summary>
public enum RebootAction
{
    /// <summary>The machine restarts and the run goes on.</summary>
    Restart,

    /// <summary>The reboot ends the machine, as a shutdown does.</summary>
    Shutdown,
}

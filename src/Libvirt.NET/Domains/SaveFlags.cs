namespace Libvirt;

/// <summary>How to save or restore: <c>virDomainSaveRestoreFlags</c>.</summary>
[Flags]
public enum SaveFlags
{
    /// <summary>As it was.</summary>
    None = 0,

    /// <summary>Avoids the file system's cache (<c>VIR_DOMAIN_SAVE_BYPASS_CACHE</c>).</summary>
    BypassCache = 1 << 0,

    /// <summary>Runs after restoring, whatever it did when saved (<c>VIR_DOMAIN_SAVE_RUNNING</c>).</summary>
    Running = 1 << 1,

    /// <summary>Is paused after restoring, whatever it did when saved (<c>VIR_DOMAIN_SAVE_PAUSED</c>).</summary>
    Paused = 1 << 2,

    /// <summary>Makes the firmware's variables anew when restoring, libvirt 8.1.0 (<c>VIR_DOMAIN_SAVE_RESET_NVRAM</c>).</summary>
    ResetNvram = 1 << 3,
}

namespace Orchestrator.Drivers.Libvirt.Access;

/// <summary>What may be done with a file, in the bits of its mode.</summary>
[Flags]
internal enum Permissions : ushort
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Execute it; pass through, if it is a directory.</summary>
    Execute = 1,

    /// <summary>Write to it.</summary>
    Write = 2,

    /// <summary>Read it.</summary>
    Read = 4,
}

namespace Orchestrator.Drivers;

/// <summary>Kinds of <see cref="HostException"/> that code tells apart.</summary>
public enum HostProblem
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>A program or library is not installed.</summary>
    MissingProgram,

    /// <summary>The base image is missing, damaged or refused.</summary>
    UnusableImage,

    /// <summary>The ssh-port is taken. Where the port was chosen and not asked for, choosing another helps.</summary>
    PortBusy,

    /// <summary>The file system with the state directory is full.</summary>
    StorageFull,

    /// <summary>A file or directory may not be read or written.</summary>
    PermissionDenied,

    /// <summary>A service does not answer or refuses: GitHub, libvirtd.</summary>
    ServiceUnavailable,
}

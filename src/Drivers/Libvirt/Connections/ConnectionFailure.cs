using Libvirt;

namespace Orchestrator.Drivers.Libvirt.Connections;

/// <summary>Says in one line why the daemon cannot be connected to.</summary>
internal static class ConnectionFailure
{
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;

    /// <summary>The exception for what libvirt said.</summary>
    public static HostException Explain(string uri, LibvirtException exception) => exception.Code switch
    {
        LibvirtErrorCode.LibraryUnavailable or LibvirtErrorCode.LibraryTooOld =>
            new HostException(HostProblem.MissingProgram, $"libvirt: {exception.Message}; or use the qemu driver: --driver qemu", exception),
        LibvirtErrorCode.AuthenticationFailed or LibvirtErrorCode.AuthenticationCancelled or LibvirtErrorCode.AuthenticationUnavailable
            or LibvirtErrorCode.AccessDenied => Refused(uri, exception),
        LibvirtErrorCode.SystemError when exception.Number1 is NotPermitted or AccessDenied => Refused(uri, exception),
        LibvirtErrorCode.SystemError => new HostException(
            HostProblem.ServiceUnavailable,
            $"libvirt connection {uri}: no daemon answers ({exception.Message}); start it: systemctl start libvirtd, or name another with the setting libvirt.uri",
            exception),
        _ => new HostException(
            HostProblem.ServiceUnavailable,
            $"libvirt connection {uri}: {exception.Message}; name another with the setting libvirt.uri",
            exception),
    };

    private static HostException Refused(string uri, LibvirtException exception) => new(
        HostProblem.PermissionDenied,
        $"libvirt connection {uri}: {Environment.UserName} may not use it ({exception.Message}); "
        + $"run: usermod -aG libvirt {Environment.UserName}, and log in again, or use qemu:///session",
        exception);
}

using Libvirt;
using Orchestrator.Drivers.Libvirt.Connections;

namespace Orchestrator.Drivers.Libvirt.Tests.Connections;

public sealed class ConnectionFailureTests
{
    [Theory]
    [InlineData(LibvirtErrorCode.LibraryUnavailable, HostProblem.MissingProgram, "--driver qemu")]
    [InlineData(LibvirtErrorCode.AuthenticationFailed, HostProblem.PermissionDenied, "usermod -aG libvirt")]
    [InlineData(LibvirtErrorCode.AuthenticationUnavailable, HostProblem.PermissionDenied, "usermod -aG libvirt")]
    [InlineData(LibvirtErrorCode.AccessDenied, HostProblem.PermissionDenied, "qemu:///session")]
    [InlineData(LibvirtErrorCode.SystemError, HostProblem.ServiceUnavailable, "systemctl start libvirtd")]
    [InlineData(LibvirtErrorCode.NoConnect, HostProblem.ServiceUnavailable, "libvirt.uri")]
    public void Why_there_is_no_connection_is_one_line_with_a_remedy(LibvirtErrorCode code, HostProblem problem, string remedy)
    {
        var failure = ConnectionFailure.Explain(
            "qemu:///system", new LibvirtException(code, LibvirtErrorDomain.Remote, "as libvirt says"));

        Assert.Equal(problem, failure.Problem);
        Assert.Contains("as libvirt says", failure.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_a_failure_at_once_and_every_time()
    {
        await using var daemon = new Nowhere();

        await Assert.ThrowsAsync<HostException>(() => daemon.ConnectAsync());
        await Assert.ThrowsAsync<HostException>(() => daemon.ConnectAsync());
    }
}

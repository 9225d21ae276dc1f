using Orchestrator.Drivers.Libvirt;

namespace Orchestrator.Conformance.Libvirt;

[Trait("Category", "Integration")]
public sealed class LibvirtConformance(LibvirtHarness harness) : DriverConformance<LibvirtDriver>(harness), IClassFixture<LibvirtHarness>
{
    [Fact]
    public Task A_medium_whose_tray_a_reset_has_closed_again_is_removed_all_the_same() => RemovesAMediumWhoseTrayAResetHasClosedAsync();
}

using Orchestrator.Drivers.Qemu;

namespace Orchestrator.Conformance.Qemu;

[Trait("Category", "Integration")]
public sealed class QemuConformance(QemuHarness harness) : DriverConformance<QemuDriver>(harness), IClassFixture<QemuHarness>
{
    [Fact]
    public Task A_medium_whose_tray_a_reset_has_closed_again_is_removed_all_the_same() => RemovesAMediumWhoseTrayAResetHasClosedAsync();
}

using Orchestrator.Drivers.Qemu;

namespace Orchestrator.Conformance.Qemu;

[Trait("Category", "Integration")]
public sealed class QemuConformance(QemuHarness harness) : DriverConformance<QemuDriver>(harness), IClassFixture<QemuHarness>;

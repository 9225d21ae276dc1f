using Orchestrator.Drivers.Libvirt;

namespace Orchestrator.Conformance.Libvirt;

[Trait("Category", "Integration")]
public sealed class LibvirtConformance(LibvirtHarness harness) : DriverConformance<LibvirtDriver>(harness), IClassFixture<LibvirtHarness>;

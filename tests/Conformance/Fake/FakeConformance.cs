using Orchestrator.Drivers.Fake;

namespace Orchestrator.Conformance.Fake;

public sealed class FakeConformance(FakeHarness harness) : DriverConformance<FakeDriver>(harness), IClassFixture<FakeHarness>;

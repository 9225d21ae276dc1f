using Orchestrator.EndToEnd.Workshop;
using Xunit.v3;

// Four at a time: each guest emulates a processor, of which the machines that test this have two, but most stories have none, or one for a moment. None of these is a unit test.
[assembly: Parallelization(MaxThreads = 4)]
[assembly: Trait("Category", "Integration")]
[assembly: AssemblyFixture(typeof(QemuWorkshop))]
[assembly: AssemblyFixture(typeof(LibvirtWorkshop))]

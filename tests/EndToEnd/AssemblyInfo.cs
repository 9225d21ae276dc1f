using Orchestrator.EndToEnd.Workshop;
using Xunit.v3;

// Two guests at a time: each emulates a processor, and the machines that test this have two. None of these is a unit test.
[assembly: Parallelization(MaxThreads = 2)]
[assembly: Trait("Category", "Integration")]
[assembly: AssemblyFixture(typeof(QemuWorkshop))]
[assembly: AssemblyFixture(typeof(LibvirtWorkshop))]

using Orchestrator.EndToEnd.Workshop;
using Xunit.v3;

// Three at a time: each guest emulates a processor, of which the machines that test this have two, but a story waits half of its time. None of these is a unit test.
[assembly: Parallelization(MaxThreads = 3)]
[assembly: Trait("Category", "Integration")]
[assembly: AssemblyFixture(typeof(QemuWorkshop))]
[assembly: AssemblyFixture(typeof(LibvirtWorkshop))]

using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

public sealed class RehearsalTests(LibvirtWorkshop workshop, ITestOutputHelper output) : RehearsalStories(workshop, output);

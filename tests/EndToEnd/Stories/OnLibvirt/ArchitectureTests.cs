using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

public sealed class ArchitectureTests(LibvirtWorkshop workshop) : ArchitectureStories(workshop);

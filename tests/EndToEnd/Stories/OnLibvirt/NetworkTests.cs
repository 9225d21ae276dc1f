using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

public sealed class NetworkTests(LibvirtWorkshop workshop) : NetworkStories(workshop);

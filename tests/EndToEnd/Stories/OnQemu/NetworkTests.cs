using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

public sealed class NetworkTests(QemuWorkshop workshop) : NetworkStories(workshop);

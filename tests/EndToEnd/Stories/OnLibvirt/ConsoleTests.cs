using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

public sealed class ConsoleTests(LibvirtWorkshop workshop) : ConsoleStories(workshop);

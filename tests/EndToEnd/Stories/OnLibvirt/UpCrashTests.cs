using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

public sealed class UpCrashTests(LibvirtWorkshop workshop) : UpCrashStories(workshop);

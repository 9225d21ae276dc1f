using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

public sealed class ConfigDriveTests(LibvirtWorkshop workshop) : ConfigDriveStories(workshop);

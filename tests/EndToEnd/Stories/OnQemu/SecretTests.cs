using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

public sealed class SecretTests(QemuWorkshop workshop) : SecretStories(workshop);

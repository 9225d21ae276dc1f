using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

public sealed class RehearsalTests(QemuWorkshop workshop, ITestOutputHelper output) : RehearsalStories(workshop, output);

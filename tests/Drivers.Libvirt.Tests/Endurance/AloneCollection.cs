namespace Orchestrator.Drivers.Libvirt.Tests.Endurance;

/// <summary>Tests that count what the whole process holds, so that none may run beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

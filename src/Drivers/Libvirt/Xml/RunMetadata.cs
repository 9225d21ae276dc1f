namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>What a domain's metadata say about the run it belongs to.</summary>
/// <param name="Id">The run.</param>
/// <param name="InstanceName">The instance's name.</param>
/// <param name="Owner">The state directory the run belongs to.</param>
/// <param name="Deadline">When the run's time will be up; null where none was written.</param>
internal sealed record RunMetadata(VmId Id, string InstanceName, OwnerId Owner, DateTimeOffset? Deadline);

namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>The config drive as a domain's live XML shows it.</summary>
/// <param name="MediumPath">The medium in it; null if it is empty.</param>
/// <param name="TrayOpen">Whether its tray is open.</param>
internal sealed record DriveState(string? MediumPath, bool TrayOpen);

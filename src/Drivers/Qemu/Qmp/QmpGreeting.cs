namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>What QEMU says first on every connection (<c>docs/interop/qmp-spec</c>, "Server Greeting").</summary>
/// <param name="Version">QEMU's version, three parts.</param>
/// <param name="Package">The packager's addition to it, such as <c>Debian 1:7.2+dfsg-7+deb12u16</c>; may be empty.</param>
/// <param name="Capabilities">Protocol capabilities on offer, such as <c>oob</c>. This client enables none.</param>
internal sealed record QmpGreeting(Version Version, string Package, IReadOnlyList<string> Capabilities);

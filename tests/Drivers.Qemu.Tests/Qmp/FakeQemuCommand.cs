namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

internal sealed record FakeQemuCommand(long Id, string Name, string? Arguments);

using System.Text.Json.Serialization;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

internal sealed record QmpAnswer([property: JsonRequired] int Number, [property: JsonRequired] string Text);

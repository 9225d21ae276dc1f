using System.Text.Json.Serialization;

namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

[JsonSerializable(typeof(QmpAnswer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class QmpAnswerContext : JsonSerializerContext;

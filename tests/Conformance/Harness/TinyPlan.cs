using System.Text.Json.Nodes;
using Iso9660;

namespace Orchestrator.Conformance.Harness;

/// <summary>What the tiny guest is to do: the keys of <c>config.tiny</c>, as docs/guest-contract.md lists them.</summary>
public sealed record TinyPlan
{
    /// <summary>What it may say by its port: that it waits for a job.</summary>
    public const string Ready = """{"event":"ready"}""";

    /// <summary>That it has begun one.</summary>
    public const string JobStarted = """{"event":"job-started","name":"build"}""";

    /// <summary>That it has done it.</summary>
    public const string JobEnded = """{"event":"job-ended","result":"Succeeded"}""";

    /// <summary>A guest that reads, ejects and powers off.</summary>
    public static TinyPlan Ordinary { get; } = new();

    /// <summary>A guest that reads, ejects and stays.</summary>
    public static TinyPlan Stays { get; } = new() { Finish = "hang" };

    public string Finish { get; init; } = "poweroff";

    public bool Eject { get; init; } = true;

    public int Race { get; init; }

    public bool IgnorePowerButton { get; init; }

    public bool ConsoleShell { get; init; }

    public bool ReadAsUser { get; init; }

    /// <summary>The tag of what it mounts and reads, and tries to change.</summary>
    public string Shared { get; init; } = "";

    /// <summary>What it says by its port, a line each; a number is a pause in seconds.</summary>
    public IReadOnlyList<string> Say { get; init; } = [];

    public bool SayFlood { get; init; }

    /// <summary>The exact bytes of <c>instance.json</c>.</summary>
    public byte[] ToDocument(string instanceName) => System.Text.Encoding.UTF8.GetBytes(
        new JsonObject
        {
            ["name"] = instanceName,
            ["config"] = new JsonObject
            {
                ["anything"] = new JsonArray(1.50m, null, "größer \u2028 than ascii"),
                ["tiny"] = new JsonObject
                {
                    ["finish"] = Finish,
                    ["eject"] = Eject,
                    ["race"] = Race,
                    ["ignore-power-button"] = IgnorePowerButton,
                    ["console-shell"] = ConsoleShell,
                    ["read-as-user"] = ReadAsUser,
                    ["shared"] = Shared,
                    ["say"] = new JsonArray([.. Say.Select(line => JsonValue.Create(line))]),
                    ["say-flood"] = SayFlood,
                    ["print-config"] = true,
                },
            },
        }.ToJsonString());

    /// <summary>The medium that holds it.</summary>
    public byte[] ToMedium(string instanceName) =>
        new IsoImage("instance-configuration").AddFile("instance.json", ToDocument(instanceName)).ToArray();
}

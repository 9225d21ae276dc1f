using System.Text;
using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

/// <summary>Loads instances from text.</summary>
internal static class InstancesText
{
    public const string Keys =
        """
        "name": "vm-1", "image": "a.qcow2", "cpu-cores": 4, "ram": "4G", "root-disk": "80G", "timeout-seconds": 60
        """;

    /// <summary>The settings of a host that has set nothing.</summary>
    public static HostSettings Settings { get; } = HostSettings.Load(new HostSettingsSources { SystemDirectory = "/nowhere", IsRoot = true }, CompositionRoot.Drivers);

    public static InstancesFile Load(string text, bool refuseDuplicates = false) =>
        InstancesFile.Parse(Encoding.UTF8.GetBytes(text), "/srv/ci/instances.json", Settings, refuseDuplicates);

    /// <summary>The lines of the error, without the directory.</summary>
    public static string[] Problems(string text, bool refuseDuplicates = false) =>
        Assert.Throws<ConfigurationException>(() => Load(text, refuseDuplicates)).Message
            .Replace("/srv/ci/", "", StringComparison.Ordinal)
            .Split('\n');

    /// <summary>The one instance with these keys beside the required ones.</summary>
    public static Instance One(string more) => Assert.Single(Load($"[{{{Keys}, {more}}}]").Instances);

    /// <summary>The same with one of the required keys changed; the JSON is put in place of the key's value.</summary>
    public static string With(string key, string json)
    {
        var keys = new Dictionary<string, string>
        {
            ["name"] = "\"vm-1\"",
            ["image"] = "\"a.qcow2\"",
            ["cpu-cores"] = "4",
            ["ram"] = "\"4G\"",
            ["root-disk"] = "\"80G\"",
            ["timeout-seconds"] = "60",
            [key] = json,
        };
        return $"[{{{string.Join(",", keys.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}]";
    }
}

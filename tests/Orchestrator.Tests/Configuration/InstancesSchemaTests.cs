using System.Text.Json.Nodes;
using CsCheck;
using Json.Schema;
using Orchestrator.Composition;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

public sealed class InstancesSchemaTests
{
    private static readonly string Text = InstancesSchema.Write(CompositionRoot.Drivers);
    private static readonly JsonSchema Schema = JsonSchema.FromText(Text);

    // Values near the edges of what some key takes, so that each key sees good ones and bad ones.
    private static readonly string[] Values =
    [
        "0", "1", "-1", "4", "1.0", "1.5", "2e2", "512", "513", "22", "65535", "65536", "2592000", "2592001", "true", "null", "[]", "{}", "{\"a\":[1]}",
        "\"\"", "\"vm-1\"", "\"-x\"", "\"a b\"", "\"a/b\"", "\"4G\"", "\"512m\"", "\"1.5G\"", "\"4GB\"", "\"4\"", "\"4 G\"", "16777216", "16777215",
        "268435456", "1048576", "1048577", "1049088", "\"x86_64\"", "\"aarch64\"", "\"qemu\"", "\"libvirt\"", "\"open\"", "\"none\"",
        "\"restricted\"", "\"restart\"", "\"shutdown\"", "\"start\"", "\"job\"", "\"a\\u0000\"", "\"ü\"",
        """{"runner":"acme/site"}""", """{"runner":"acme","labels":["linux","x64"],"group":"a, b","name":"fast=x"}""", """{"runner":"enterprises/acme"}""",
        """{"labels":["x"]}""", """{"runner":"a/.."}""", """{"runner":"a/b/c"}""", """{"runner":"a b"}""", """{"runner":7}""", """{"runner":"a","label":["x"]}""",
        """{"runner":"a","labels":[]}""", """{"runner":"a","labels":"x"}""", """{"runner":"a","labels":["x,y"]}""", """{"runner":"a","labels":["x;y"]}""",
        """{"runner":"a","labels":["x",""]}""", """{"runner":"a","name":"x;y"}""", """{"runner":"a","name":" x"}""", """{"runner":"a","name":"x\t"}""",
        $$"""{"runner":"a","name":"{{new string('x', 256)}}"}""", $$"""{"runner":"a","name":"{{new string('x', 257)}}"}""",
        $$"""{"runner":"a","labels":[{{string.Join(',', Enumerable.Repeat("\"x\"", 100))}}]}""",
        $$"""{"runner":"a","labels":[{{string.Join(',', Enumerable.Repeat("\"x\"", 101))}}]}""",
        """{"user-data":"#cloud-config","meta-data":{"a":1},"network-config":{}}""", """{"user-data":[{"type":"x"}]}""", """{"user-data":null}""",
        """[{"source":"/a","tag":"a"}]""", """[{"source":"/a","tag":"a","read-only":true}]""", """[{"source":"/a","tag":"a","read-only":false}]""",
        """[{"source":"/a"}]""", """[{"tag":"a"}]""", """[{"source":"","tag":"a"}]""", """[{"source":"/a","tag":"a b"}]""", """[{"source":"/a","tag":"a","x":1}]""",
        """[7]""", $$"""[{"source":"/a","tag":"{{new string('x', 31)}}"}]""", $$"""[{"source":"/a","tag":"{{new string('x', 32)}}"}]""",
        """{"meta-data":[]}""", """{"meta-data":""}""", """{"network-config":[]}""", """{"vendor-data":"x"}""",
    ];

    private static readonly string[] Names = [.. InstanceKeys.For(CompositionRoot.Drivers).Select(key => key.Name), "unknown", "Name"];

    [Fact]
    public void The_committed_schema_is_current() => Assert.Equal(
        Text,
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "instances.schema.json")));

    [Fact]
    public void The_schema_is_valid_by_its_own_meta_schema() =>
        Assert.True(MetaSchemas.Draft202012.Evaluate(JsonNode.Parse(Text)).IsValid);

    [Fact]
    public void The_schema_accepts_the_committed_instances() =>
        Assert.True(Accepts(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "instances.json"))));

    [Theory]
    [InlineData("{}")]
    [InlineData("[7]")]
    [InlineData("[{}]")]
    [InlineData("[]")]
    public void The_schema_and_the_loader_agree_on_odd_documents(string text) => Assert.Equal(Loads(text), Accepts(text));

    [Fact]
    public void The_schema_and_the_loader_agree_on_every_key_with_every_value()
    {
        foreach (var name in Names)
        {
            foreach (var value in Values.Where(value => !IsBeyondSchemas(name, value)))
            {
                var text = InstancesText.With(name, value);
                Assert.True(Loads(text) == Accepts(text), $"the schema says {Accepts(text)}, the loader {Loads(text)}: {text}");
            }
        }
    }

    [Fact]
    public void The_schema_and_the_loader_agree_on_generated_documents()
    {
        var property = Gen.Select(Gen.OneOf(Names), Gen.OneOf(Values)).Where(pair => !IsBeyondSchemas(pair.Item1, pair.Item2));
        Gen.Select(property.Array[0, 3], Gen.OneOf([.. Names, "", ""])).Sample(
            (changes, missing) =>
            {
                var instance = JsonNode.Parse(InstancesText.With("ssh-port", "0"))![0]!.AsObject();
                foreach (var (name, value) in changes)
                {
                    instance[name] = JsonNode.Parse(value);
                }

                instance.Remove(missing);
                var text = $"[{instance.ToJsonString()}]";
                return Loads(text) == Accepts(text);
            },
            iter: 2000);
    }

    // A pattern cannot compute: the range and the multiple of a size in a string are for the loader alone.
    private static bool IsBeyondSchemas(string name, string value) =>
        name is "ram" or "root-disk" && value[0] == '"';

    private static bool Accepts(string text) => Schema.Evaluate(JsonNode.Parse(text)).IsValid;

    private static bool Loads(string text)
    {
        try
        {
            InstancesText.Load(text);
            return true;
        }
        catch (ConfigurationException)
        {
            return false;
        }
    }
}

using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

public sealed class ConfigOverridesTests
{
    private const string Config = """{"repo":"a/b","tiny":{"stay-up-seconds":8,"big":1e400},"list":[1],"nothing":null}""";

    [Theory]
    [InlineData("repo=c/d", """{"repo":"c/d","tiny":{"stay-up-seconds":8,"big":1e400},"list":[1],"nothing":null}""")]
    [InlineData("tiny.stay-up-seconds=0", """{"repo":"a/b","tiny":{"stay-up-seconds":0,"big":1e400},"list":[1],"nothing":null}""")]
    [InlineData("nothing.deep.key=x", """{"repo":"a/b","tiny":{"stay-up-seconds":8,"big":1e400},"list":[1],"nothing":{"deep":{"key":"x"}}}""")]
    [InlineData("list=[2, 3]", """{"repo":"a/b","tiny":{"stay-up-seconds":8,"big":1e400},"list":[2,3],"nothing":null}""")]
    [InlineData("tiny=null", """{"repo":"a/b","tiny":null,"list":[1],"nothing":null}""")]
    public void A_key_is_set_where_its_dots_lead(string assignment, string expected) => Assert.Equal(expected, Apply(assignment));

    [Theory]
    [InlineData("1.0", "1.0")]
    [InlineData("\"1.0\"", "\"1.0\"")]
    [InlineData("true", "true")]
    [InlineData("True", "\"True\"")]
    [InlineData("", "\"\"")]
    [InlineData("a=b", "\"a=b\"")]
    [InlineData("007", "\"007\"")]
    [InlineData("${{ gha-install-token:a/b }}", "\"${{ gha-install-token:a/b }}\"")]
    [InlineData("{\"x\": [1e400]}", "{\"x\":[1e400]}")]
    public void A_value_is_JSON_where_it_is_JSON_and_text_otherwise(string value, string json) =>
        Assert.EndsWith($",\"new\":{json}}}", Apply($"new={value}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("repo", "--set repo: no value")]
    [InlineData("=x", "--set : not a key")]
    [InlineData("a..b=x", "--set a..b: not a key")]
    [InlineData("repo.x=1", "--set repo.x: \"repo\" is not an object")]
    [InlineData("list.0=1", "--set list.0: \"list\" is not an object")]
    [InlineData("a={\"secret\"", "--set a:1: not valid JSON")]
    [InlineData("a={\"x\":1,\"x\":2}", "--set a:1: x: the key is already on line 1")]
    [InlineData("a=\"\\ud800\"", "--set a:1: a string has half of a surrogate pair")]
    public void An_assignment_that_cannot_be_meant_is_refused(string assignment, string problem)
    {
        var message = Assert.Throws<ConfigurationException>(() => Apply(assignment)).Message;

        Assert.StartsWith(problem, message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_are_collected_and_depth_is_limited()
    {
        Assert.Equal(2, Assert.Throws<ConfigurationException>(() => Apply("a", "b")).Message.Split('\n').Length);
        Assert.Contains(
            "nested deeper",
            Assert.Throws<ConfigurationException>(() => Apply($"{string.Join('.', Enumerable.Repeat("k", 100))}=1")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_for_the_guest_holds_name_and_config()
    {
        var instance = InstancesText.One("\"config\": {\"a\": 1e400, \"ü\": [\"<&'+é😀\\n\"], \"none\": null}");

        Assert.Equal(
            "{\n  \"name\": \"vm-1\",\n  \"config\": {\n    \"a\": 1e400,\n    \"ü\": [\n      \"<&'+é😀\\n\"\n    ],\n    \"none\": null\n  }\n}\n"
                .Replace("😀", "\\uD83D\\uDE00", StringComparison.Ordinal),
            Encoding.UTF8.GetString(InstanceDocument.Write(instance.Name, instance.Config)));
    }

    private static string Apply(params string[] assignments) =>
        ConfigOverrides.Apply(InstancesText.One($"\"config\": {Config}"), assignments).Config.GetRawText();
}

using System.Text;
using System.Text.Json;
using Orchestrator.Configuration;

namespace Orchestrator.Tests.Configuration;

public sealed class CloudInitSeedTests
{
    [Fact]
    public void Texts_are_taken_as_they_are()
    {
        var files = Write("""{ "user-data": "#!/bin/sh\r\n\techo \"ü😀\"", "meta-data": "instance-id: mine", "network-config": "version: 2\n" }""");

        Assert.Equal("#!/bin/sh\r\n\techo \"ü😀\"", files["user-data"]);
        Assert.Equal("instance-id: mine", files["meta-data"]);
        Assert.Equal("version: 2\n", files["network-config"]);
    }

    [Fact]
    public void Objects_become_YAML_and_say_what_they_are()
    {
        var files = Write("""{ "user-data": { "runcmd": [["eject", "/dev/sr0"]], "n": 1.0 }, "network-config": { "version": 2 } }""");

        Assert.Equal(
            """
            #cloud-config
            {
              "runcmd": [
                [
                  "eject",
                  "/dev/sr0"
                ]
              ],
              "n": 1.0
            }

            """,
            files["user-data"]);
        Assert.Equal("{\n  \"version\": 2\n}\n", files["network-config"]);
        Assert.StartsWith("#cloud-config-archive\n[\n", Write("""{ "user-data": ["#!/bin/sh"] }""")["user-data"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", "{\n  \"instance-id\": \"run-1\",\n  \"local-hostname\": \"vm-1\"\n}\n")]
    [InlineData("""{ "meta-data": {} }""", "{\n  \"instance-id\": \"run-1\"\n}\n")]
    [InlineData("""{ "meta-data": { "local-hostname": "x" } }""", "{\n  \"instance-id\": \"run-1\",\n  \"local-hostname\": \"x\"\n}\n")]
    [InlineData("""{ "meta-data": { "instance-id": "x" } }""", "{\n  \"instance-id\": \"x\"\n}\n")]
    [InlineData("""{ "meta-data": "" }""", "")]
    public void A_machine_is_a_new_one_unless_its_meta_data_says_which_it_is(string json, string expected)
    {
        var files = Write(json);

        Assert.Equal(expected, files["meta-data"]);
        Assert.Equal("", files["user-data"]); // without which there is no seed
        Assert.DoesNotContain("network-config", files.Keys);
    }

    [Theory]
    [InlineData("😀", "\"😀\"")]
    [InlineData("\\😀\"", """
        "\\😀\""
        """)]
    [InlineData("\\uD83D\\uDE00", """
        "\\uD83D\\uDE00"
        """)]
    [InlineData("é\u0001\u007F\u0085\u2028\uFFFF\n", """
        "é\u0001\u007F\u0085\u2028\uFFFF\n"
        """)]
    [InlineData("\U0010FFFF", "\"\U0010FFFF\"")]
    public void Every_character_is_one_to_YAML_too(string text, string written)
    {
        var json = JsonSerializer.Serialize(new Dictionary<string, Dictionary<string, string>> { ["network-config"] = new() { ["x"] = text } });

        Assert.Equal($"{{\n  \"x\": {written.Trim()}\n}}\n", Write(json)["network-config"]);
    }

    [Theory]
    [InlineData("#cloud-config\n{}", true)]
    [InlineData("\n #Cloud-Config\n{}", true)]
    [InlineData("#!/bin/sh", true)]
    [InlineData("#include\nhttps://x", true)]
    [InlineData("#include-once\nhttps://x", true)]
    [InlineData("Content-Type: multipart/mixed; boundary=x\nMIME-Version: 1.0\n", true)]
    [InlineData("MIME-Version: 1.0\n", true)]
    [InlineData("## template: jinja\n#cloud-config\n", true)]
    [InlineData("#cloud-boothook\n", true)]
    [InlineData("#part-handler\n", true)]
    [InlineData("#cloud-config-archive\n[]", true)]
    [InlineData("", true)]
    [InlineData("# cloud-config\n{}", false)]
    [InlineData("runcmd: []\n", false)]
    [InlineData("cloud-config", false)]
    [InlineData("//", false)]
    public void What_cloud_init_takes_a_text_for_is_told_by_its_beginning(string text, bool known) => Assert.Equal(known, CloudInitSeed.IsKnown(text));

    private static Dictionary<string, string> Write(string json) =>
        CloudInitSeed.Write(JsonElement.Parse(json), "run-1", "vm-1").ToDictionary(file => file.Key, file => Encoding.UTF8.GetString(file.Value));
}

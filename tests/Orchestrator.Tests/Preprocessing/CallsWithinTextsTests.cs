using System.Text.Json;
using CsCheck;
using Orchestrator.Drivers;
using Orchestrator.Preprocessing;
using Orchestrator.Tests.Configuration;

namespace Orchestrator.Tests.Preprocessing;

/// <summary>What cloud-init is told is often a file's whole text, with calls somewhere in it.</summary>
public sealed class CallsWithinTextsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    private readonly Preprocessor _preprocessor = new([new FileFunction(), new RunFunction()]);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_call_within_a_text_of_cloud_inits_is_replaced_by_its_value_without_the_last_line_break()
    {
        var (unix, dos, bare) = (Write("unix", "a\"b\n"), Write("dos", "c\r\n"), Write("bare", "d"));
        var plan = Parse(
            $"#cloud-config\npassword: ${{{{ file:{unix} }}}}\nx: [${{{{file:{dos}}}}},${{{{ file:{bare} }}}}${{{{ run:name }}}}] # $${{{{ run:name }}}}\n",
            $"token=${{{{ file:{unix} }}}} $");

        var cloudInit = (await EvaluateAsync(plan)).CloudInit!.Value;

        Assert.Empty(plan.Warnings);
        var run = SomeRun.WithoutLeases.Instance;
        Assert.Equal($"#cloud-config\npassword: a\"b\nx: [c,d{run}] # ${run}\n", cloudInit.GetProperty("user-data").GetString());
        Assert.Equal("token=a\"b $", cloudInit.GetProperty("meta-data").GetProperty("k")[0].GetString());
    }

    [Fact]
    public async Task A_value_that_is_a_call_from_end_to_end_is_the_file_as_it_is()
    {
        var plan = Parse($"${{{{ file:{Write("user-data", "#!/bin/sh\ntrue\n")} }}}}", "x");

        Assert.Equal("#!/bin/sh\ntrue\n", (await EvaluateAsync(plan)).CloudInit!.Value.GetProperty("user-data").GetString());
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\n\n")]
    [InlineData("a\rb")]
    [InlineData("a\u2028b")]
    public async Task A_value_of_several_lines_is_not_put_into_a_text(string value)
    {
        var file = Write("key", value);

        Assert.Equal(
            $"/srv/ci/instances.json:1: [0].cloud-init: ${{{{ file:{file} }}}} has a value of several lines, which is not put into the middle of a text: "
                + "make the call a value of its own, in an object",
            (await Assert.ThrowsAsync<HostException>(() => EvaluateAsync(Parse($"#cloud-config\nkey: ${{{{ file:{file} }}}}", "x")))).Message);
    }

    [Fact]
    public async Task What_is_no_call_there_is_left_as_it_is_and_warned_of()
    {
        const string text = "#cloud-config\na: ${{ secrets.X }} ${{ x ${{ ${{}} ${{ hash('a:b') }} ${{";
        var plan = Parse(text + " ${{ run:name }}", "x");

        Assert.Equal(
            ["/srv/ci/instances.json:1: [0].cloud-init.user-data: \"${{\" is left as it is where it begins no call: write ${{ function:argument }}"], plan.Warnings);
        Assert.Equal($"{text} {SomeRun.WithoutLeases.Instance}", (await EvaluateAsync(plan)).CloudInit!.Value.GetProperty("user-data").GetString());
    }

    [Fact]
    public void A_call_there_that_cannot_work_is_refused_as_any()
    {
        var message = Assert.Throws<ConfigurationException>(() => Parse("#!/bin/sh\necho ${{ rum:id }}", "x ${{ run:time }}")).Message;

        Assert.Equal(
            [
                "/srv/ci/instances.json:1: [0].cloud-init.user-data: unknown function \"rum\": did you mean \"run\"? known functions: file:PATH, run:id|name",
                "/srv/ci/instances.json:1: [0].cloud-init.meta-data.k[0]: run: \"time\" is nothing of a run: write run:id or run:name",
            ],
            message.Split('\n'));
    }

    [Fact]
    public void Whatever_a_text_has_its_openings_are_told_in_their_order_and_do_not_overlap() =>
        Gen.String[Gen.OneOf('$', '{', '}', ':', ' ', 'a'), 0, 40].Sample(text =>
        {
            var at = 0;
            foreach (var (start, end, call) in ConfigCall.FindIn(text))
            {
                Assert.InRange(start, at, text.Length - 3);
                Assert.StartsWith("${{", text[start..end], StringComparison.Ordinal);
                Assert.Equal(call is not null, ConfigCall.Read(text[start..end], out var read) == ConfigCall.Form.Call);
                Assert.Equal(call ?? default, read);
                at = end;
            }

            Assert.Equal(text.Contains("${{", StringComparison.Ordinal), at > 0);
        });

    private PreprocessingPlan Parse(string userData, string metaData) => _preprocessor.Parse(InstancesText.One($$"""
        "config": {}, "cloud-init": { "user-data": "{{JsonEncodedText.Encode(userData)}}", "meta-data": { "k": ["{{JsonEncodedText.Encode(metaData)}}"] } }
        """));

    private static Task<GuestConfiguration> EvaluateAsync(PreprocessingPlan plan) =>
        plan.EvaluateAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_root, name);
        File.WriteAllText(path, text);
        return path;
    }
}

using System.Text.Json;
using CsCheck;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Preprocessing;
using Orchestrator.Tests.Configuration;

namespace Orchestrator.Tests.Preprocessing;

public sealed class PreprocessorTests
{
    private readonly RecordingFunction _function = new("token");
    private readonly Preprocessor _preprocessor;

    public PreprocessorTests() => _preprocessor = new Preprocessor([_function, new RecordingFunction("other-thing")]);

    [Theory]
    [InlineData("${{token:a/b}}")]
    [InlineData("${{ token:a/b }}")]
    [InlineData("${{ token : a/b }}")]
    [InlineData("${{   token:  a/b}}")]
    [InlineData("${{\\ttoken:a/b\\n}}")]
    [InlineData("\\u0024{{token:a/b}}")]
    public async Task A_call_is_recognized_with_spaces_or_without(string text)
    {
        var config = await EvaluateAsync($$"""{"x": "{{text}}"}""");

        Assert.Equal("<a/b>\"\n😀", config.GetProperty("x").GetString());
        Assert.Equal(["evaluate a/b"], _function.Asked);
    }

    [Fact]
    public async Task Calls_are_replaced_at_any_depth_and_all_else_is_left_alone()
    {
        var config = await EvaluateAsync(
            """
            {"a": {"b": [1.0, ["${{ token:x }}", {"c d": "${{ token:y:z }}"}]]}, "n": [1e400, 12345678901234567890, -0, null, false],
             "ü\u0000": "text é 😀", "${{ token:key }}": "$ {{ token:x }}", "empty": {}, "": []}
            """);

        Assert.Equal("<x>\"\n😀", config.GetProperty("a").GetProperty("b")[1][0].GetString());
        Assert.Equal("<y:z>\"\n😀", config.GetProperty("a").GetProperty("b")[1][1].GetProperty("c d").GetString());
        Assert.Equal("[1e400,12345678901234567890,-0,null,false]", config.GetProperty("n").GetRawText());
        Assert.Equal("1.0", config.GetProperty("a").GetProperty("b")[0].GetRawText());
        Assert.Equal("text é 😀", config.GetProperty("ü\0").GetString());
        Assert.Equal("$ {{ token:x }}", config.GetProperty("${{ token:key }}").GetString());
        Assert.Equal(["evaluate x", "evaluate y:z"], _function.Asked.Order());
    }

    [Fact]
    public async Task Equal_calls_are_made_once()
    {
        var plan = Parse("""{"a": "${{ token:x }}", "b": ["${{token:x}}"]}""");
        await plan.CheckAsync(TestContext.Current.CancellationToken);
        var (config, _) = await plan.EvaluateAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken);

        Assert.Equal(config.GetProperty("a").GetString(), config.GetProperty("b")[0].GetString());
        Assert.Equal(["check x", "evaluate x"], _function.Asked);
    }

    [Theory]
    [InlineData("Bearer ${{ token:x }}")]
    [InlineData("${{ token:x }} and ${{ token:y }}")]
    [InlineData(" ${{ token:x }}")]
    [InlineData("${{ token:x")]
    public async Task What_is_only_part_of_a_value_is_left_alone_and_warned_of(string text)
    {
        var plan = Parse($$"""{"x": "{{text}}"}""");

        Assert.False(plan.HasCalls);
        Assert.Equal(
            ["/srv/ci/instances.json:1: [0].config.x: \"${{\" is left as it is: only a value that is a call from end to end is replaced"],
            plan.Warnings);
        Assert.Equal(text, (await plan.EvaluateAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken)).Config.GetProperty("x").GetString());
        Assert.Empty(_function.Asked);
    }

    [Fact]
    public void Every_call_that_cannot_work_is_named_by_line_and_path_before_anything_is_asked()
    {
        var message = Assert.Throws<ConfigurationException>(() => Parse(
            """
            {
              "a": "${{ tokn:x }}",
              "b": ["${{ token:invalid }}", "${{ whatever:x }}"],
              "c": "${{ token }}", "d": "${{ token: }}", "e": "${{ :x }}", "f": "${{}}"
            }
            """)).Message;

        const string Known = "known functions: token:THING, other-thing:THING";
        Assert.Equal(
            [
                $"instances.json:2: [0].config.a: unknown function \"tokn\": did you mean \"token\"? {Known}",
                "instances.json:3: [0].config.b[0]: token: \"invalid\" is no thing: name another",
                $"instances.json:3: [0].config.b[1]: unknown function \"whatever\": {Known}",
                $"instances.json:4: [0].config.c: \"${{{{ token }}}}\" is not a call: write ${{{{ function:argument }}}}; {Known}",
                $"instances.json:4: [0].config.d: \"${{{{ token: }}}}\" is not a call: write ${{{{ function:argument }}}}; {Known}",
                $"instances.json:4: [0].config.e: \"${{{{ :x }}}}\" is not a call: write ${{{{ function:argument }}}}; {Known}",
                $"instances.json:4: [0].config.f: \"${{{{}}}}\" is not a call: write ${{{{ function:argument }}}}; {Known}",
            ],
            message.Replace("/srv/ci/", "", StringComparison.Ordinal).Split('\n'));
        Assert.Empty(_function.Asked);
    }

    [Fact]
    public void What_this_host_lacks_for_a_call_is_no_mistake_in_the_file_and_refused_when_the_call_is_to_be_made()
    {
        _function.Obstacle = "no token: set one";
        var plan = Parse("""{"a": "${{ token:x }}", "b": ["${{ token:x }}"], "c": "${{ token:y }}", "d": "${{ other-thing:z }}"}""");

        Assert.Equal(
            [
                "/srv/ci/instances.json:1: [0].config.a: token: no token: set one",
                "/srv/ci/instances.json:1: [0].config.c: token: no token: set one",
            ],
            plan.Obstacles);
        Assert.Equal(string.Join('\n', plan.Obstacles), Assert.Throws<ConfigurationException>(plan.RequireNoObstacles).Message);
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void A_call_that_came_from_an_option_has_no_line()
    {
        var instance = ConfigOverrides.Apply(InstancesText.One("\"config\": {}"), ["x=${{ nothing:y }}"]);

        Assert.StartsWith(
            "/srv/ci/instances.json: [0].config.x: unknown function",
            Assert.Throws<ConfigurationException>(() => _preprocessor.Parse(instance)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_says_which_runner_it_is_is_told_what_that_needs_as_if_its_config_had_called_for_it()
    {
        const string argument = "acme;labels=a,b}}";
        var function = new RecordingFunction("gha-jit-config");
        var plan = new Preprocessor([function]).Parse(InstancesText.One(
            """
            "config": { "a": 1.0, "own": ["${{ gha-jit-config:acme;labels=c }}"] }, "github": { "runner": "acme", "labels": ["a", "b}}"] }
            """));

        await plan.CheckAsync(TestContext.Current.CancellationToken);
        var (config, _) = await plan.EvaluateAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken);

        Assert.Equal([$"check {argument}", "check acme;labels=c", $"evaluate {argument}", "evaluate acme;labels=c"], function.Asked.Order());
        Assert.Equal(["a", "own", "github"], config.EnumerateObject().Select(property => property.Name));
        Assert.Equal("acme", config.GetProperty("github").GetProperty("runner").GetString());
        Assert.Equal($"<{argument}>\"\n😀", config.GetProperty("github").GetProperty("jit-config").GetString());
    }

    [Fact]
    public async Task A_call_that_is_the_same_as_the_instances_own_runner_shares_its_value()
    {
        var function = new RecordingFunction("gha-jit-config");
        var plan = new Preprocessor([function]).Parse(InstancesText.One(
            """ "config": { "x": "${{ gha-jit-config:acme;name=n }}" }, "github": { "runner": "acme", "name": "n" } """));

        var (config, _) = await plan.EvaluateAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken);

        Assert.Equal(config.GetProperty("x").GetString(), config.GetProperty("github").GetProperty("jit-config").GetString());
        Assert.Equal(["evaluate acme;name=n"], function.Asked);
    }

    [Fact]
    public void What_is_wrong_with_an_instances_runner_is_told_with_its_place()
    {
        var preprocessor = new Preprocessor([new RecordingFunction("gha-jit-config") { Obstacle = "no token: set one" }]);
        var runner = $"\n\"github\": {{ \"runner\": \"acme\" }}";

        Assert.Equal(
            ["/srv/ci/instances.json:2: [0].github: gha-jit-config: no token: set one"],
            preprocessor.Parse(InstancesText.One($"\"config\": {{}},{runner}")).Obstacles);
        const string taken = "[0].config.github: here the guest finds what [0].github gets for it: rename this key, or remove that object";
        Assert.Equal(
            $"/srv/ci/instances.json:1: {taken}", Refusal(InstancesText.One($"\"config\": {{ \"github\": 1 }},{runner}")));
        Assert.Equal(
            $"/srv/ci/instances.json: {taken}", Refusal(ConfigOverrides.Apply(InstancesText.One(runner), ["github.x=1"])));

        string Refusal(Instance instance) => Assert.Throws<ConfigurationException>(() => preprocessor.Parse(instance)).Message;
    }

    [Fact]
    public async Task All_failures_of_a_step_are_told_at_once()
    {
        var plan = Parse("""{"a": "${{ token:fail-1 }}", "b": "${{ token:ok }}", "c": "${{ token:fail-2 }}"}""");

        var failure = await Assert.ThrowsAsync<HostException>(() => plan.CheckAsync(TestContext.Current.CancellationToken));
        Assert.Equal("token fail-1: failed\ntoken fail-2: failed", failure.Message);
        Assert.Equal(HostProblem.ServiceUnavailable, failure.Problem);
        await Assert.ThrowsAsync<HostException>(() => plan.EvaluateAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_caller_who_cancels_gets_a_cancellation()
    {
        var plan = Parse("""{"a": "${{ token:x }}", "b": "${{ token:fail }}"}""");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => plan.CheckAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_call_that_cloud_init_is_to_be_told_and_cannot_work_is_named_by_line_and_path()
    {
        var instance = ConfigOverrides.Apply(
            InstancesText.One("""
                "config": {}, "cloud-init": {
                  "user-data": {
                    "a": ["${{ tokn:x }}"], "b": "echo ${{ token:x }}" } }
                """),
            ["x=${{ tokn:y }}"]);

        Assert.Equal(
            [
                "/srv/ci/instances.json: [0].config.x",
                "/srv/ci/instances.json:3: [0].cloud-init.user-data.a[0]",
            ],
            Assert.Throws<ConfigurationException>(() => _preprocessor.Parse(instance)).Message.Split('\n').Select(line => line[..line.IndexOf(": unknown", StringComparison.Ordinal)]));
    }

    [Fact]
    public void A_file_that_a_config_hands_over_lies_in_no_directory_that_any_guest_of_the_instances_reads()
    {
        var instances = InstancesText.Load($$$"""
            [{ {{{InstancesText.Keys}}}, "config": { "a": "${{ file:/srv/cache/../cache/key }}", "b": "${{ file:/srv/cached }}" } },
             { {{{InstancesText.Keys.Replace("vm-1", "vm-2", StringComparison.Ordinal)}}}, "mounts": [{ "source": "/srv/cache", "tag": "a", "read-only": true }] }]
            """).Instances;
        var preprocessor = new Preprocessor([new FileFunction()]);

        Assert.Equal(
            "/srv/ci/instances.json:1: [0].config.a: file: /srv/cache/../cache/key is in /srv/cache, which \"mounts\" show to guests: keep it elsewhere",
            Assert.Throws<ConfigurationException>(() => preprocessor.Parse(instances[0])).Message);
        Assert.Equal(
            "/srv/ci/instances.json: [1].config.x: file: /srv/cache/key is in /srv/cache, which \"mounts\" show to guests: keep it elsewhere",
            Assert.Throws<ConfigurationException>(
                () => preprocessor.Parse(ConfigOverrides.Apply(instances[1], ["x=${{ file:/srv/cache/key }}"]))).Message);
    }

    [Fact]
    public async Task What_a_guest_is_told_shows_nothing_of_itself_as_text()
    {
        var plan = _preprocessor.Parse(InstancesText.One("""
            "config": { "a": "${{ token:x }}" }, "cloud-init": { "user-data": "${{ token:x }}" }
            """));

        Assert.Equal("***", $"{await plan.EvaluateAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken)}");
    }

    [Fact]
    public async Task A_config_without_calls_is_returned_as_it_is()
    {
        const string Config = """{ "a" : [1.0, "x"] }""";

        Assert.Equal(Config, (await EvaluateAsync(Config)).GetRawText());
    }

    [Fact]
    public void Arbitrary_text_is_read_without_an_exception() => Gen.String[Gen.OneOf('$', '{', '}', ':', ' ', 'a'), 0, 14].Sample(text =>
    {
        var form = ConfigCall.Read(text, out var call);
        Assert.Equal(form == ConfigCall.Form.Call, call.Function is not null);
        Assert.Equal(form == ConfigCall.Form.Text, !text.Contains("${{", StringComparison.Ordinal));
    });

    private PreprocessingPlan Parse(string config) => _preprocessor.Parse(InstancesText.One($"\"config\": {config}"));

    private async Task<JsonElement> EvaluateAsync(string config) =>
        (await Parse(config).EvaluateAsync(SomeRun.WithoutLeases, TestContext.Current.CancellationToken)).Config;
}

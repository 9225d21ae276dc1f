using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Preprocessing;

namespace Orchestrator.Tests.Preprocessing;

public sealed class HostFunctionsTests : IDisposable
{
    private const string Variable = "ORCHESTRATOR_TEST_OF_HOST_FUNCTIONS";

    private readonly string _root = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_run_knows_its_id_and_its_name_and_they_are_hidden_nowhere()
    {
        var run = SomeRun.WithoutLeases;
        var function = new RunFunction();

        Assert.Equal(run.Run.Value, (await function.EvaluateAsync("id", run, Cancellation)).Reveal());
        Assert.Equal(run.Instance, (await function.EvaluateAsync("name", run, Cancellation)).Reveal());
        Assert.Equal(run.Run.Value, SecretMask.Hide(run.Run.Value));
        Assert.Contains("write run:id or run:name", function.Validate("uuid"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_is_read_when_the_run_begins_and_hidden_from_then_on()
    {
        var function = new EnvironmentFunction();
        Assert.StartsWith($"the environment variable {Variable} is not set", function.FindObstacle(Variable), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HostException>(() => function.EvaluateAsync(Variable, SomeRun.WithoutLeases, Cancellation));

        Environment.SetEnvironmentVariable(Variable, "not-for-everybody");
        Assert.Null(function.FindObstacle(Variable));
        var secret = await function.EvaluateAsync(Variable, SomeRun.WithoutLeases, Cancellation);

        Assert.Equal("not-for-everybody", secret.Reveal());
        Assert.Equal("it is ***", SecretMask.Hide("it is not-for-everybody"));
        GC.KeepAlive(secret);
    }

    [Theory]
    [InlineData("GITHUB_TOKEN", "is the orchestrator's own")]
    [InlineData("A B", "is no variable's name")]
    [InlineData("A=B", "is no variable's name")]
    public void What_is_no_guests_variable_is_refused_as_it_is_written(string name, string words) =>
        Assert.Contains(words, new EnvironmentFunction().Validate(name), StringComparison.Ordinal);

    [Fact]
    public async Task A_file_is_given_as_it_is()
    {
        var path = Path.Combine(_root, "ca.pem");
        await File.WriteAllTextAsync(path, "one\ntwo ä\n", Cancellation);
        var function = new FileFunction();

        Assert.Null(function.Validate(path));
        Assert.Null(function.FindObstacle(path));
        Assert.Equal("one\ntwo ä\n", (await function.EvaluateAsync(path, SomeRun.WithoutLeases, Cancellation)).Reveal());
    }

    [Fact]
    public async Task What_is_no_file_with_text_is_named_before_anything_is_made()
    {
        var function = new FileFunction();
        var binary = Path.Combine(_root, "binary");
        await File.WriteAllBytesAsync(binary, [0xFF, 0xFE], Cancellation);
        var huge = Path.Combine(_root, "huge");
        using (var file = File.Create(huge))
        {
            file.SetLength((1 << 20) + 1);
        }

        Assert.Contains("is no absolute path", function.Validate("ca.pem"), StringComparison.Ordinal);
        Assert.Contains("does not exist", function.FindObstacle(Path.Combine(_root, "nothing")), StringComparison.Ordinal);
        Assert.Contains("is no text in UTF-8", function.FindObstacle(binary), StringComparison.Ordinal);
        Assert.Contains("cannot be read", function.FindObstacle(huge), StringComparison.Ordinal);
        Assert.Contains("cannot be read", function.FindObstacle(_root), StringComparison.Ordinal);
        Assert.StartsWith("file: ", (await Assert.ThrowsAsync<HostException>(() => function.EvaluateAsync(binary, SomeRun.WithoutLeases, Cancellation))).Message, StringComparison.Ordinal);
    }
}

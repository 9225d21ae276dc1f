using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux.Files;

namespace Orchestrator.Preprocessing;

/// <summary><c>run:id</c> and <c>run:name</c>: which run this is, no secret.</summary>
internal sealed class RunFunction : IConfigFunction
{
    public string Name => "run";

    public string Usage => $"{Name}:id|name";

    public string Summary => "the run's id, which no other run has, or its instance's name";

    public string? Validate(string argument) => argument is "id" or "name" ? null : $"{JsonText.Quote(argument)} is nothing of a run: write run:id or run:name";

    public string? FindObstacle(string argument) => null;

    public Task CheckAsync(string argument, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken) =>
        Task.FromResult(Secret.OfPublic(argument == "id" ? run.Run.Value : run.Instance));
}

/// <summary><c>env:NAME</c>: an environment variable of the orchestrator's. What it is let in with itself is for no guest.</summary>
internal sealed class EnvironmentFunction : IConfigFunction
{
    public string Name => "env";

    public string Usage => $"{Name}:NAME";

    public string Summary => "the orchestrator's environment variable of that name";

    public string? Validate(string argument) => argument switch
    {
        GitHubCredentials.Variable => $"{argument} is the orchestrator's own, and no guest's: have a token made for the run, by gha-install-token or gha-jit-config",
        _ when argument.Any(character => character == '=' || char.IsWhiteSpace(character) || char.IsControl(character)) =>
            $"{JsonText.Quote(argument)} is no variable's name: write one as 'export' takes it",
        _ => null,
    };

    public string? FindObstacle(string argument) =>
        Environment.GetEnvironmentVariable(argument) is null ? $"the environment variable {argument} is not set: export it to the orchestrator" : null;

    public Task CheckAsync(string argument, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken) =>
        Task.FromResult(new Secret(Environment.GetEnvironmentVariable(argument) ?? throw new HostException(HostProblem.Other, $"{Name}: {FindObstacle(argument)}")));
}

/// <summary><c>file:PATH</c>: the text of a file of this host, read anew for each run.</summary>
internal sealed class FileFunction : IConfigFunction
{
    // A config drive is not for data.
    private const int MaxBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Name => "file";

    public string Usage => $"{Name}:PATH";

    public string Summary => "the text of that file, as it is; PATH is absolute";

    public string? Validate(string argument) =>
        Path.IsPathFullyQualified(argument) && !argument.Contains('\0', StringComparison.Ordinal) ? null : $"{JsonText.Quote(argument)} is no absolute path: write one from '/' on";

    public string? FileOf(string argument) => argument;

    public string? FindObstacle(string argument)
    {
        try
        {
            Read(argument);
            return null;
        }
        catch (HostException error)
        {
            return error.Message;
        }
    }

    public Task CheckAsync(string argument, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(new Secret(Read(argument)));
        }
        catch (HostException error)
        {
            throw new HostException(error.Problem, $"{Name}: {error.Message}", error);
        }
    }

    private static string Read(string path)
    {
        try
        {
            using var file = GuardedFile.Open(path);
            return Strict.GetString(GuardedFile.Read(file, MaxBytes));
        }
        catch (FileNotFoundException error)
        {
            throw new HostException(HostProblem.Other, $"{JsonText.Quote(path)} does not exist: check the path", error);
        }
        catch (ArgumentException error)
        {
            throw new HostException(HostProblem.Other, $"{JsonText.Quote(path)} is no text in UTF-8: encode it, in base64 for example", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(HostProblem.Other, $"{JsonText.Quote(path)} cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }
}

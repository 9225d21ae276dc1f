using System.Collections.Concurrent;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Preprocessing;

namespace Orchestrator.Tests.Preprocessing;

/// <summary>A function that answers <c>&lt;argument&gt;</c>, refuses arguments that say so, and remembers what it was asked.</summary>
internal sealed class RecordingFunction(string name) : IConfigFunction
{
    public string? Obstacle { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public string Name => name;

    public string Usage => $"{name}:THING";

    public string Summary => "a thing";

    public string? Validate(string argument) => argument == "invalid" ? "\"invalid\" is no thing: name another" : null;

    public string? FindObstacle(string argument) => Obstacle;

    public Task CheckAsync(string argument, CancellationToken cancellationToken) => Answer("check", argument, cancellationToken);

    public async Task<Secret> EvaluateAsync(string argument, RunContext run, CancellationToken cancellationToken)
    {
        await Answer("evaluate", argument, cancellationToken);
        return new Secret($"<{argument}>\"\n😀");
    }

    private async Task Answer(string step, string argument, CancellationToken cancellationToken)
    {
        Asked.Enqueue($"{step} {argument}");
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        if (argument.StartsWith("fail", StringComparison.Ordinal))
        {
            throw new HostException(HostProblem.ServiceUnavailable, $"{name} {argument}: failed");
        }
    }
}

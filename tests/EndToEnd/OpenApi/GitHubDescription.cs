using System.Text.Json.Nodes;
using Json.Schema;

namespace Orchestrator.EndToEnd.OpenApi;

/// <summary>What GitHub itself says of its API (<c>github.json</c>, which <c>extract</c> makes), as far as this program calls it.</summary>
public static class GitHubDescription
{
    // GitHub Enterprise Server's API is below it, and of that kind is our stand-in.
    private const string Root = "/api/v3";

    private static readonly IReadOnlyList<GitHubOperation> Operations = Read();

    /// <summary>What a request is for; null where GitHub knows no such thing, or <c>extract</c> does not.</summary>
    public static GitHubOperation? Find(string method, string path) =>
        path.StartsWith(Root, StringComparison.Ordinal) ? Operations.FirstOrDefault(operation => operation.Is(method, path[Root.Length..])) : null;

    /// <summary>What GitHub would not have been sent, or would not have answered, a line each.</summary>
    /// <param name="exchange">What was sent and answered.</param>
    /// <param name="isBroken">Whether the answer is meant to be none of GitHub's.</param>
    public static IReadOnlyList<string> FindFaults(Exchange exchange, bool isBroken)
    {
        IEnumerable<string> faults = Find(exchange.Method, exchange.Path) is not { } operation
            ? ["GitHub's description has no such operation"]
            : [.. operation.FindFaultsOfRequest(exchange), .. isBroken ? [] : operation.FindFaultsOfAnswer(exchange)];
        return [.. faults.Select(fault => $"{exchange.Method} {exchange.Path}: {fault}")];
    }

    private static List<GitHubOperation> Read()
    {
        using var stream = typeof(GitHubDescription).Assembly.GetManifestResourceStream("github.json")!;
        var extract = JsonNode.Parse(stream)!.AsObject();
        var operations = extract["operations"]!.AsObject();
        extract.Remove("operations");
        SchemaRegistry.Global.Register(JsonSchema.FromText(extract.ToJsonString()));
        var filler = new SchemaFiller(extract["$defs"]!.AsObject());
        return [.. operations.Select(operation => new GitHubOperation(operation.Key, operation.Value!.AsObject(), filler))];
    }
}

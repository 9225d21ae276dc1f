using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.EndToEnd.OpenApi;

/// <summary>Something that GitHub does when it is asked, as its description says.</summary>
public sealed partial class GitHubOperation
{
    private readonly string _method;
    private readonly Regex _path;
    private readonly SchemaFiller _filler;
    private readonly Dictionary<string, DescribedValue> _query;
    private readonly DescribedValue? _body;
    private readonly bool _needsBody;
    private readonly Dictionary<int, DescribedValue?> _answers;

    /// <param name="name">Method and path: <c>GET /repos/{owner}/{repo}</c>.</param>
    /// <param name="description">What <c>extract</c> found out about it.</param>
    /// <param name="filler">Makes its answers whole.</param>
    internal GitHubOperation(string name, JsonObject description, SchemaFiller filler)
    {
        var path = name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        _method = name[..^(path.Length + 1)];
        _path = new Regex($"^{Parameter().Replace(path, "[^/]+")}$");
        _filler = filler;
        _query = description["query"]!.AsObject().ToDictionary(parameter => parameter.Key, parameter => DescribedValue.Of(parameter.Value)!);
        _body = DescribedValue.Of(description["body"]);
        _needsBody = description["needs-body"]!.GetValue<bool>();
        _answers = description["answers"]!.AsObject().ToDictionary(
            answer => int.Parse(answer.Key, CultureInfo.InvariantCulture), answer => DescribedValue.Of(answer.Value));
    }

    /// <summary>Whether a request is for it.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the API's root.</param>
    public bool Is(string method, string path) => method == _method && _path.IsMatch(path);

    /// <summary>An answer that has all that GitHub's always has.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="known">What matters of it, of the same form.</param>
    public JsonNode Fill(int status, JsonNode known) =>
        _answers.TryGetValue(status, out var described) && described is not null ? _filler.Fill(described.Schema, known)! : known;

    /// <summary>What GitHub would not understand.</summary>
    public IEnumerable<string> FindFaultsOfRequest(Exchange exchange)
    {
        foreach (var (name, value) in exchange.Query)
        {
            if (!_query.TryGetValue(name, out var known))
            {
                yield return $"it has no parameter '{name}'";
            }
            else if (known.FindFaults(JsonValue.Create(value)).Any() && (!long.TryParse(value, out var number) || known.FindFaults(JsonValue.Create(number)).Any()))
            {
                yield return $"its parameter '{name}' is never '{value}'";
            }
        }

        foreach (var fault in FindFaultsOfBody(exchange.Body, _body, _needsBody))
        {
            yield return "the request: " + fault;
        }
    }

    /// <summary>What GitHub would not answer. Whom it refuses, and when it fails, is only partly described.</summary>
    public IEnumerable<string> FindFaultsOfAnswer(Exchange exchange) => _answers.TryGetValue(exchange.Status, out var known)
        ? FindFaultsOfBody(exchange.Answer, known, known is not null).Select(fault => $"the answer {exchange.Status}: {fault}")
        : exchange.Status >= 400 ? [] : [$"it is not answered with {exchange.Status}"];

    private static IEnumerable<string> FindFaultsOfBody(string? text, DescribedValue? known, bool needed)
    {
        if (string.IsNullOrEmpty(text))
        {
            return needed ? ["it has no body"] : [];
        }

        if (known is null)
        {
            return ["it has a body"];
        }

        try
        {
            return known.FindFaults(JsonNode.Parse(text));
        }
        catch (JsonException)
        {
            return ["it is no JSON"];
        }
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}

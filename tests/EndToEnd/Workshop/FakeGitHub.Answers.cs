using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.OpenApi;
using WireMock;
using WireMock.Logging;
using WireMock.Types;
using WireMock.Util;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What its answers look like, and whether GitHub's do.</summary>
public sealed partial class FakeGitHub
{
    // The title of whatever answers as GitHub never does.
    private const string Broken = "broken on purpose";

    /// <summary>What was asked of GitHub, or answered in its name, that is not as its own description has it.</summary>
    public IReadOnlyList<string> FindFaults() => [.. _server.LogEntries.SelectMany(FindFaults).Distinct()];

    private IEnumerable<string> FindFaults(ILogEntry entry)
    {
        var (request, response) = (entry.RequestMessage!, entry.ResponseMessage);
        var query = request.Query?.ToDictionary(parameter => parameter.Key, parameter => string.Join(',', parameter.Value)) ?? [];
        var exchange = new Exchange(request.Method, request.Path, query, request.Body, StatusOf(response), response?.BodyData?.BodyAsString);
        if (entry.MappingGuid is null)
        {
            yield return $"{request.Method} {request.Path}: this stand-in has no answer to it";
        }

        if (!IsAuthorized(request))
        {
            yield return $"{request.Method} {request.Path}: it shows GitHub another credential than it should";
        }

        foreach (var fault in GitHubDescription.FindFaults(exchange, isBroken: entry.MappingGuid is null || entry.MappingTitle == Broken))
        {
            yield return fault;
        }
    }

    private static int StatusOf(IResponseMessage? response) => response?.StatusCode switch
    {
        int status => status,
        HttpStatusCode status => (int)status,
        string status => int.Parse(status, System.Globalization.CultureInfo.InvariantCulture),
        _ => 200,
    };

    // An App asks for itself with what it has signed (a JSON object in base64), and with a token of its installation for all else.
    private bool IsAuthorized(IRequestMessage request)
    {
        var shown = request.Headers?.TryGetValue("Authorization", out var values) is true ? string.Join(',', values) : "";
        var asApp = request.Path.EndsWith("/installation", StringComparison.Ordinal) || request.Path.StartsWith(Root + "/app/", StringComparison.Ordinal);
        return asApp ? shown.StartsWith("Bearer eyJ", StringComparison.Ordinal) : shown == $"Bearer {_credential}";
    }

    /// <summary>What GitHub answers, with all that it always says besides what matters.</summary>
    private static ResponseMessage Reply(IRequestMessage request, HttpStatusCode status, JsonNode known, params (string Name, string Value)[] headers) =>
        ReplyOf(status, (GitHubDescription.Find(request.Method, request.Path)?.Fill((int)status, known) ?? known).ToJsonString(), headers);

    /// <summary>What GitHub answers to whom it refuses.</summary>
    private static ResponseMessage Refuse(IRequestMessage request, HttpStatusCode status, string message, params (string Name, string Value)[] headers) =>
        Reply(request, status, message.StartsWith('{') ? JsonNode.Parse(message)! : new JsonObject { ["message"] = message }, headers);

    private static ResponseMessage RepositoryFor(IRequestMessage request) =>
        Reply(request, HttpStatusCode.OK, new JsonObject { ["id"] = 1, ["name"] = "site", ["full_name"] = "acme/site" });

    private ResponseMessage Token(IRequestMessage request) =>
        Reply(request, HttpStatusCode.Created, new JsonObject { ["token"] = Minted.Value, ["expires_at"] = "2999-01-01T00:00:00Z" });

    private static ResponseMessage ReplyOf(HttpStatusCode status, string body, params (string Name, string Value)[] headers)
    {
        var reply = new ResponseMessage { StatusCode = (int)status, BodyData = new BodyData { BodyAsString = body, DetectedBodyType = BodyType.String } };
        foreach (var (name, value) in headers.Prepend(("Content-Type", "application/json; charset=utf-8")))
        {
            reply.Headers ??= new Dictionary<string, WireMockList<string>>();
            reply.Headers[name] = new WireMockList<string>(value);
        }

        return reply;
    }
}

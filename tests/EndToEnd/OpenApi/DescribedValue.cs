using System.Text.Json.Nodes;
using Json.Schema;

namespace Orchestrator.EndToEnd.OpenApi;

/// <summary>What a value has to be like.</summary>
internal sealed class DescribedValue
{
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly JsonSchema _compiled;

    private DescribedValue(JsonNode schema) => (Schema, _compiled) = (schema, JsonSchema.FromText(schema.ToJsonString()));

    /// <summary>The same as JSON Schema.</summary>
    public JsonNode Schema { get; }

    /// <summary>One by its schema; null where there is none.</summary>
    public static DescribedValue? Of(JsonNode? schema) => schema is null ? null : new DescribedValue(schema);

    /// <summary>What is wrong with a value, each with the place in it.</summary>
    public IEnumerable<string> FindFaults(JsonNode? value)
    {
        // What a library keeps of a schema it was once asked about is its own affair, and these are everybody's.
        lock (Options)
        {
            var results = _compiled.Evaluate(value, Options);
            return results.IsValid ? [] : [.. results.Details.Where(detail => detail.HasErrors).SelectMany(Describe).Distinct()];
        }
    }

    private static IEnumerable<string> Describe(EvaluationResults detail) => detail.Errors!.Select(error =>
        $"{detail.InstanceLocation}: {(detail.EvaluationPath.ToString().EndsWith("/additionalProperties", StringComparison.Ordinal) ? "GitHub has no such field" : error.Value)}");
}

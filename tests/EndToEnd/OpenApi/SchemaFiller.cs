using System.Text.Json.Nodes;

namespace Orchestrator.EndToEnd.OpenApi;

/// <summary>Makes a value whole, of which only what matters is known: whatever its schema demands besides is there, and says nothing.</summary>
/// <param name="definitions">The schemas that others refer to.</param>
internal sealed class SchemaFiller(JsonObject definitions)
{
    /// <summary>Makes a value whole.</summary>
    /// <param name="schema">Its schema.</param>
    /// <param name="known">What is known of it; null: nothing.</param>
    public JsonNode? Fill(JsonNode schema, JsonNode? known)
    {
        var actual = Resolve(schema, known);
        return known switch
        {
            JsonObject given => Fill(actual, given),
            JsonArray given => new JsonArray([.. given.Select(item => Fill(actual["items"]!, item))]),
            null => Make(actual),
            _ => known.DeepClone(),
        };
    }

    private JsonObject Fill(JsonNode schema, JsonObject known)
    {
        var properties = schema["properties"]?.AsObject() ?? [];
        var names = known.Select(property => property.Key).Union(schema["required"]?.AsArray().Select(name => name!.GetValue<string>()) ?? []);
        var whole = new JsonObject();
        foreach (var name in names)
        {
            // What GitHub has no place for stays, and is found when the whole is judged.
            whole[name] = properties[name] is not { } schemaOf || (known.TryGetPropertyValue(name, out var value) && value is null)
                ? known[name]?.DeepClone()
                : Fill(schemaOf, known[name]);
        }

        return whole;
    }

    private JsonNode? Make(JsonNode schema) => schema["enum"] is JsonArray values ? values[0]?.DeepClone() : schema["type"]?.GetValue<string>() switch
    {
        "null" => null,
        "string" => schema["format"]?.GetValue<string>() switch
        {
            "uri" => "https://github.example/",
            "date-time" => "2026-01-01T00:00:00Z",
            _ => "",
        },
        "integer" or "number" => 1,
        "boolean" => false,
        "array" => new JsonArray(),
        _ => Fill(schema, new JsonObject()),
    };

    // Of alternatives the last where nothing is known, which is null where that is one of them, and else the first.
    private JsonNode Resolve(JsonNode schema, JsonNode? known)
    {
        if (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            return Resolve(definitions[reference[(reference.LastIndexOf('/') + 1)..]]!, known);
        }

        return (schema["anyOf"] ?? schema["oneOf"] ?? schema["allOf"]) is JsonArray alternatives
            ? Resolve(alternatives[known is null ? ^1 : 0]!, known)
            : schema;
    }
}

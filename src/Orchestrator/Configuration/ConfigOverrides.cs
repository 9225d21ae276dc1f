using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>
/// <c>--set key=value</c>: changes an instance's config for one run. The key may lead into objects by dots (<c>tiny.mode=panic</c>); objects on the
/// way are made. The value is JSON where it is JSON, text otherwise; quotes make text of anything: <c>version="1.0"</c>.
/// </summary>
public static class ConfigOverrides
{
    /// <summary>The instance with its config changed.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="assignments">The changes, made in this order.</param>
    /// <exception cref="ConfigurationException">An assignment cannot be meant; the message has a line for each.</exception>
    public static Instance Apply(Instance instance, IReadOnlyList<string> assignments)
    {
        if (assignments.Count == 0)
        {
            return instance;
        }

        var config = JsonObject.Create(instance.Config) ?? throw new ArgumentException("the config is no object", nameof(instance));
        var problems = assignments.Select(assignment => Apply(config, assignment)).OfType<string>().ToList();
        if (problems.Count > 0)
        {
            throw new ConfigurationException(SourceProblems.Combine(problems));
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            config.WriteTo(writer);
        }

        // Only now is it known how deep the whole is.
        SourceParser.Parse(buffer.WrittenSpan, new SourceProblems("--set"));
        return instance with
        {
            Config = JsonElement.Parse(buffer.WrittenSpan),
            ConfigLocation = instance.ConfigLocation with { Line = null },
        };
    }

    private static string? Apply(JsonObject config, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        var shown = $"--set {JsonText.Shorten(equals < 0 ? assignment : assignment[..equals])}";
        if (equals < 0)
        {
            return $"{shown}: no value: write key=value";
        }

        var keys = assignment[..equals].Split('.');
        if (keys.Any(key => key.Length == 0 || key.Any(char.IsControl)))
        {
            return $"{shown}: not a key: write key=value or outer.inner=value";
        }

        if (Read(assignment[(equals + 1)..], shown, out var value) is { } problem)
        {
            return problem;
        }

        var target = config;
        for (var depth = 0; depth < keys.Length - 1; depth++)
        {
            if (target[keys[depth]] is not { } inner)
            {
                inner = new JsonObject();
                target[keys[depth]] = inner;
            }

            if (inner is not JsonObject innerObject)
            {
                return $"{shown}: {JsonText.Quote(string.Join('.', keys[..(depth + 1)]))} is not an object in the config: set it as a whole";
            }

            target = innerObject;
        }

        target[keys[^1]] = value;
        return null;
    }

    // The value itself is never shown: it may be a secret.
    private static string? Read(string text, string shown, out JsonNode? value)
    {
        value = JsonValue.Create(text);
        var problems = new SourceProblems(shown);
        try
        {
            SourceParser.Parse(Encoding.UTF8.GetBytes(text), problems);
            if (problems.Count > 0)
            {
                return SourceProblems.Combine(problems.Lines);
            }

            value = JsonNode.Parse(text);
            return null;
        }
        catch (ConfigurationException exception)
        {
            var looksLikeJson = text.TrimStart() is ['{' or '[' or '"', ..];
            return looksLikeJson ? exception.Message : null;
        }
    }
}

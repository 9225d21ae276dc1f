using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>One of a few words.</summary>
/// <param name="words">The words and what each means, in the order people should read them.</param>
internal sealed class WordKind<T>(params (string Word, T Meaning)[] words) : ValueKind<T>
{
    /// <inheritdoc/>
    public override string Expectation => $"one of {string.Join(", ", words.Select(word => JsonText.Quote(word.Word)))}";

    /// <summary>The word for what it means.</summary>
    public string WordOf(T meaning) => words.First(word => Equals(word.Meaning, meaning)).Word;

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("enum");
        foreach (var (word, _) in words)
        {
            writer.WriteStringValue(word);
        }

        writer.WriteEndArray();
    }

    /// <inheritdoc/>
    public override T? Read(SourceValue value, out string? problem)
    {
        problem = null;
        if (value.Kind == JsonValueKind.String)
        {
            foreach (var (word, meaning) in words)
            {
                if (word == value.Text)
                {
                    return meaning;
                }
            }

            if (NearName.Find(value.Text, words.Select(word => word.Word)) is { } near)
            {
                problem = $"{Mismatch(value)}: did you mean {JsonText.Quote(near)}?";
                return default;
            }
        }

        problem = Mismatch(value);
        return default;
    }
}

using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>Reads an object by a table of keys.</summary>
internal static class SourceObject
{
    /// <summary>Reads what there is into a draft, and reports what is wrong, unknown or missing.</summary>
    /// <param name="item">What was written.</param>
    /// <param name="keys">The table.</param>
    /// <param name="section">The section of the table that the object is; empty for the outermost.</param>
    /// <param name="path">The object's JSON path.</param>
    /// <param name="draft">What is read into.</param>
    /// <param name="problems">Receives the problems.</param>
    /// <param name="readInside">Reads on in a value that is no section and was read without a problem, by its key, itself and its JSON path.</param>
    public static void Read<TDraft>(
        SourceValue item,
        IReadOnlyList<ConfigurationKey<TDraft>> keys,
        string section,
        string path,
        TDraft draft,
        SourceProblems problems,
        Action<ConfigurationKey<TDraft>, SourceValue, string>? readInside = null)
    {
        if (item.Kind != JsonValueKind.Object)
        {
            problems.Add(item.Line, path, $"must be an object ({{ … }}), not {item.Shown}");
            return;
        }

        var own = keys.Where(key => key.Section == section).ToList();
        foreach (var property in item.Properties)
        {
            var key = own.FirstOrDefault(key => key.OwnName == property.Name);
            if (key is null)
            {
                problems.AddUnknownKey(property.Line, path, property.Name, own.Select(key => key.OwnName));
            }
            else if (key.Read(property.Value, draft) is { } problem)
            {
                problems.Add(property.Value.Line, JsonText.KeyPath(path, property.Name), problem);
            }
            else if (keys.Any(inner => inner.Section == key.Name))
            {
                Read(property.Value, keys, key.Name, JsonText.KeyPath(path, property.Name), draft, problems, readInside);
            }
            else
            {
                readInside?.Invoke(key, property.Value, JsonText.KeyPath(path, property.Name));
            }
        }

        foreach (var key in own)
        {
            if (key.IsRequired && item.Properties.All(property => property.Name != key.OwnName))
            {
                problems.Add(item.Line, path, $"the key {JsonText.Quote(key.OwnName)} is missing: {key.Description}");
            }
        }
    }
}

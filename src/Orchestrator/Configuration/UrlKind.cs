using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>An absolute http or https URL. No user name (a secret does not belong in it), query or fragment.</summary>
internal sealed class UrlKind : ValueKind<Uri>
{
    public override string Expectation => "an http or https URL without user name, query and fragment";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", "^https?://[^@?#]+$");
    }

    public override Uri? Read(SourceValue value, out string? problem)
    {
        problem = null;
        if (value.Kind == JsonValueKind.String
            && Uri.TryCreate(value.Text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url.UserInfo.Length == 0
            && url.Query.Length == 0
            && url.Fragment.Length == 0)
        {
            return url;
        }

        // Not shown: who puts a password into a URL shall not find it in a log.
        problem = $"must be {Expectation}";
        return null;
    }
}

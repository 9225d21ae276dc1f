using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>What a runner is to belong to.</summary>
internal sealed class RunnerScopeKind : ValueKind<GitHubScope>
{
    public override string Expectation => "OWNER/REPO, ORG or enterprises/NAME, as in its address";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", GitHubScope.Pattern);
    }

    public override GitHubScope? Read(SourceValue value, out string? problem)
    {
        problem = value.Kind == JsonValueKind.String && GitHubScope.Validate(value.Text) is null ? null : Mismatch(value);
        return problem is null ? GitHubScope.Parse(value.Text) : null;
    }
}

/// <summary>A text of a runner's, such as a label, that a call could say too: it has none of the signs that separate a call's options.</summary>
/// <param name="what">What the text is: "a label".</param>
/// <param name="separators">The signs.</param>
internal sealed class RunnerTextKind(string what, string separators) : ValueKind<string>
{
    // char.IsControl
    private const string Controls = @"\u0000-\u001F\u007F-\u009F";

    public override string Expectation =>
        $"{what} of 1 to {JitRunner.LongestText} characters without {string.Join(" and ", separators.Select(sign => $"'{sign}'"))}, and without blanks at its ends";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString(
            "pattern", $@"^[^\s{separators}{Controls}]([^{separators}{Controls}]{{0,{JitRunner.LongestText - 2}}}[^\s{separators}{Controls}])?$");
    }

    public override string? Read(SourceValue value, out string? problem)
    {
        var fits = value.Kind == JsonValueKind.String && JitRunner.IsFit(value.Text)
            && !value.Text.AsSpan().ContainsAny(separators) && value.Text.Trim().Length == value.Text.Length;
        problem = fits ? null : Mismatch(value);
        return value.Text;
    }
}

namespace Orchestrator.Configuration;

/// <summary>
/// A just-in-time runner, as the object <c>github</c> of an instance describes it, or a call asks for it:
/// <c>OWNER/REPO|ORG[;labels=A,B][;group=GROUP][;name=NAME]</c>.
/// </summary>
/// <param name="Scope">What it is to belong to.</param>
/// <param name="Labels">All of its labels; null: the usual ones.</param>
/// <param name="Group">Its group; null: the default one.</param>
/// <param name="Name">What its name begins with; null: the instance's name.</param>
internal sealed record JitRunner(GitHubScope Scope, IReadOnlyList<string>? Labels, string? Group, string? Name)
{
    /// <summary>How many labels GitHub's API takes, at least one.</summary>
    public const int MostLabels = 100;

    /// <summary>How long a label may be, by GitHub's web page; other texts likewise.</summary>
    public const int LongestText = 256;

    /// <summary>Judges what should be one.</summary>
    /// <returns>What is wrong and the remedy; null when nothing is.</returns>
    public static string? Validate(string text) => Read(text).Problem;

    /// <summary>Reads one that was validated.</summary>
    public static JitRunner Parse(string text) => Read(text) is { Runner: { } runner } ? runner : throw new ArgumentException(Validate(text), nameof(text));

    /// <summary>Whether a label, a group or a name may be that.</summary>
    public static bool IsFit(string text) => text.Length is > 0 and <= LongestText && !text.Any(char.IsControl);

    /// <summary>Judges the naming of a group.</summary>
    /// <returns>Why there is none to name there; null where there may be.</returns>
    public static string? FindGroupProblem(GitHubScope scope) => scope.GroupsPath is not null ? null
        : $"a repository has one group of runners only: leave it out, or name the organization {JsonText.Quote(scope.Owner)} instead";

    /// <summary>As a call asks for it. None of its texts has a separator of that form in it, or blanks at its ends.</summary>
    public override string ToString() =>
        $"{Scope}{Option("labels", Labels is null ? null : string.Join(',', Labels))}{Option("group", Group)}{Option("name", Name)}";

    private static string Option(string key, string? value) => value is null ? "" : $";{key}={value}";

    private static (JitRunner? Runner, string? Problem) Read(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        if (GitHubScope.Validate(parts[0]) is { } problem)
        {
            return (null, problem);
        }

        var runner = new JitRunner(GitHubScope.Parse(parts[0]), null, null, null);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            var (key, value) = part.Split('=', 2, StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : (part, "");
            if (key is not ("labels" or "group" or "name"))
            {
                return (null, $"{JsonText.Quote(part)} is no option: write labels=A,B, group=GROUP or name=NAME after the first semicolon");
            }

            if (!seen.Add(key))
            {
                return (null, $"{key} is given twice: name all that it is to be at once");
            }

            string[] labels = key == "labels" ? value.Split(',', StringSplitOptions.TrimEntries) : [value];
            if (!labels.All(IsFit))
            {
                return (null, $"{key}={value}: it is empty or of more than {LongestText} characters: write something after the '='{(key == "labels" ? " and between commas" : "")}");
            }

            if (labels.Length > MostLabels)
            {
                return (null, $"labels: {labels.Length} are more than the {MostLabels} that GitHub takes: name fewer");
            }

            if (key == "group" && FindGroupProblem(runner.Scope) is { } groupProblem)
            {
                return (null, $"group: {groupProblem}");
            }

            runner = key switch
            {
                "labels" => runner with { Labels = labels },
                "group" => runner with { Group = value },
                _ => runner with { Name = value },
            };
        }

        return (runner, null);
    }
}

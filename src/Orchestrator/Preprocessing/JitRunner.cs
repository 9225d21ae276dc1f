using Orchestrator.Configuration;
using Orchestrator.GitHub;

namespace Orchestrator.Preprocessing;

/// <summary>A just-in-time runner as a call asks for it: <c>OWNER/REPO|ORG[;labels=A,B][;group=GROUP][;name=NAME]</c>.</summary>
/// <param name="Scope">What it is to belong to.</param>
/// <param name="Labels">All of its labels; null: the usual ones.</param>
/// <param name="Group">Its group; null: the default one.</param>
/// <param name="Name">What its name begins with; null: the instance's name.</param>
internal sealed record JitRunner(GitHubScope Scope, IReadOnlyList<string>? Labels, string? Group, string? Name)
{
    // Of GitHub's API: labels[1..100]. A label's length is that of its web page.
    private const int MostLabels = 100;
    private const int LongestText = 256;

    /// <summary>Judges what should be one.</summary>
    /// <returns>What is wrong and the remedy; null when nothing is.</returns>
    public static string? Validate(string text) => Read(text).Problem;

    /// <summary>Reads one that was validated.</summary>
    public static JitRunner Parse(string text) => Read(text) is { Runner: { } runner } ? runner : throw new ArgumentException(Validate(text), nameof(text));

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
            if (labels.Any(label => label.Length is 0 or > LongestText || label.Any(char.IsControl)))
            {
                return (null, $"{key}={value}: it is empty or of more than {LongestText} characters: write something after the '='{(key == "labels" ? " and between commas" : "")}");
            }

            if (labels.Length > MostLabels)
            {
                return (null, $"labels: {labels.Length} are more than the {MostLabels} that GitHub takes: name fewer");
            }

            if (key == "group" && runner.Scope.GroupsPath is null)
            {
                return (null, $"group: a repository has one group of runners only: leave it out, or name the organization {JsonText.Quote(runner.Scope.Owner)} instead");
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

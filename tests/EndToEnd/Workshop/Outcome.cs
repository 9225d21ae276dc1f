namespace Orchestrator.EndToEnd.Workshop;

/// <summary>What came of a program that was started.</summary>
/// <param name="ExitCode">Its exit status.</param>
/// <param name="Output">All of its standard output.</param>
/// <param name="Error">All of its standard error.</param>
public sealed record Outcome(int ExitCode, string Output, string Error)
{
    /// <summary>The lines meant for a person.</summary>
    public IReadOnlyList<string> ErrorLines => LineCapture.Split(Error);

    /// <summary>The lines on standard output.</summary>
    public IReadOnlyList<string> OutputLines => LineCapture.Split(Output);

    /// <summary>Fails with everything that was said unless the exit code is this one.</summary>
    public Outcome Exited(int code)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode} instead of {code}\n--- stdout\n{Output}\n--- stderr\n{Error}");
        return this;
    }

    /// <summary>The one line that says what went wrong; whatever else was said is no error and no trace.</summary>
    /// <param name="words">What the line has to name.</param>
    public string OneError(params string[] words)
    {
        var errors = ErrorLines.Where(line => line.StartsWith("error: ", StringComparison.Ordinal)).ToList();
        Assert.True(errors.Count == 1, $"{errors.Count} error lines instead of one:\n{Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        foreach (var word in words)
        {
            Assert.Contains(word, errors[0], StringComparison.Ordinal);
        }

        return errors[0];
    }

    /// <summary>As <see cref="OneError"/>, and nothing else was said at all.</summary>
    public string OnlyError(params string[] words)
    {
        var line = OneError(words);
        Assert.Equal(line + "\n", Error);
        Assert.Empty(Output);
        return line;
    }
}

using System.Globalization;
using Orchestrator.Drivers;

namespace Orchestrator.Cli;

/// <summary>
/// Where the program speaks: results to standard output, everything meant for a person to standard error, one line at a time, in colour only
/// where a person looks on.
/// </summary>
internal sealed class Terminal
{
    private readonly Lock _lock = new();
    private readonly bool _colour = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>A failure: what the user must read.</summary>
    public void Error(string message) => Write("31", "error: ", message);

    /// <summary>Something that works but is probably not meant.</summary>
    public void Warning(string message) => Write("33", "warning: ", message);

    /// <summary>How things go.</summary>
    public void Notice(string message) => Write(null, "", message);

    /// <summary>A result, on standard output.</summary>
    /// <exception cref="HostException">It cannot be written, and whoever wants it must not think that it was.</exception>
    public void Result(string line)
    {
        lock (_lock)
        {
            try
            {
                Console.Out.WriteLine(line);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new HostException(HostProblem.Other, $"standard output cannot be written: {error.Message}", error);
            }
        }
    }

    private void Write(string? colour, string prefix, string message)
    {
        lock (_lock)
        {
            try
            {
                foreach (var line in message.Split('\n').Select(Harmless))
                {
                    Console.Error.WriteLine(_colour && colour is not null ? $"\e[{colour}m{prefix}\e[0m{line}" : prefix + line);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A terminal that was closed, or a full disk: there is nobody to tell, and a run must still end in an orderly way.
            }
        }
    }

    // Messages quote what others chose, paths and a hypervisor's last words among them: a terminal must not obey it.
    private static string Harmless(string line) => line.Any(IsCommand)
        ? string.Concat(line.Select(character => IsCommand(character) ? $"\\u{(int)character:x4}" : character.ToString()))
        : line;

    // Format characters turn the direction of writing around (U+202E), which makes text look like other text.
    private static bool IsCommand(char character) =>
        character != '\t' && char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format;
}

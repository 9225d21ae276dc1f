using System.Globalization;

namespace Orchestrator.Conformance.Harness;

/// <summary>A process of this host, as <c>/proc</c> shows it.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="CommandLine">Its arguments, separated by spaces; empty for a zombie.</param>
public sealed record HostProcess(int Pid, string CommandLine)
{
    /// <summary>Those that run now.</summary>
    public static IEnumerable<HostProcess> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read(directory) is { } line)
            {
                yield return new HostProcess(pid, line);
            }
        }
    }

    public bool Mentions(string word) => CommandLine.Contains(word, StringComparison.Ordinal);

    private static string? Read(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ').Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}

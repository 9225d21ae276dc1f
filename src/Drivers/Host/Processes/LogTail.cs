using Orchestrator.Linux.Files;

namespace Orchestrator.Drivers.Host.Processes;

/// <summary>Reads what a program said last, which is why it failed.</summary>
internal static class LogTail
{
    private const int MaxTailBytes = 16 * 1024;
    private const int MaxLineLength = 500;

    /// <summary>The last line that says something, without the program's name before it.</summary>
    public static string LastLine(string output)
    {
        var line = Lines(output).LastOrDefault() ?? string.Empty;
        return line.Length <= MaxLineLength ? line : line[..MaxLineLength] + "…";
    }

    /// <summary>The lines that say something, each without the program's name before it, control characters replaced.</summary>
    public static IEnumerable<string> Lines(string output) =>
        output.Split('\n').Select(Clean).Where(line => line.Length > 0);

    /// <summary>The end of a file, or nothing where it cannot be read.</summary>
    public static string Read(string path)
    {
        try
        {
            using var file = GuardedFile.OpenOwn(path);
            var length = RandomAccess.GetLength(file);
            var count = (int)Math.Min(length, MaxTailBytes);
            return System.Text.Encoding.UTF8.GetString(GuardedFile.ReadFrom(file, length - count, count));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private static string Clean(string line)
    {
        var text = string.Concat(line.Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        var prefix = text.IndexOf(": ", StringComparison.Ordinal);
        return prefix > 0 && text[..prefix].StartsWith("qemu-", StringComparison.Ordinal) && !text[..prefix].Contains(' ', StringComparison.Ordinal)
            ? text[(prefix + 2)..]
            : text;
    }
}

using System.Globalization;
using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Output;

/// <summary>
/// Where the program speaks: results to standard output, everything meant for a person to standard error, one line at a time, in colour only
/// where a person looks on.
/// </summary>
internal sealed class Terminal
{
    private readonly Lock _lock = new();
    private bool _journal = IsJournal();
    private bool _colour = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private volatile FileStream? _log;

    /// <summary>A failure: what the user must read.</summary>
    public void Error(string message) => Write(3, "31", "error: ", message);

    /// <summary>Something that works but is probably not meant.</summary>
    public void Warning(string message) => Write(4, "33", "warning: ", message);

    /// <summary>How things go.</summary>
    public void Notice(string message) => Write(6, null, "", message);

    /// <summary>Has what is meant for a person written to a file, too. Waits for nobody who keeps us from writing.</summary>
    public void CopyTo(FileStream log) => _log = log;

    /// <summary>Lets go of the standard streams: what is meant for a person goes to the file alone, if there is one.</summary>
    /// <exception cref="IOException">There are too many open files.</exception>
    public void LetGo()
    {
        lock (_lock)
        {
            StandardStream.LetGo(_log?.SafeFileHandle);
            (_log, _journal, _colour) = (null, false, false);
        }
    }

    /// <summary>A result, on standard output.</summary>
    /// <exception cref="ReaderGoneException">Whoever wanted it has gone.</exception>
    /// <exception cref="HostException">It cannot be written, and whoever wants it must not think that it was.</exception>
    public void Result(string line)
    {
        lock (_lock)
        {
            try
            {
                StandardStream.Output.Write(Encoding.UTF8.GetBytes(SecretMask.Hide(line) + '\n'));
            }
            catch (IOException error)
            {
                throw new HostException(HostProblem.Other, $"standard output cannot be written: {error.Message}", error);
            }
        }
    }

    // systemd.exec(5): what is written there goes to the journal, unless the variable was inherited by a process that writes elsewhere.
    private static bool IsJournal() =>
        Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':') is [_, var inode]
        && new FileInfo("/proc/self/fd/2").LinkTarget == $"socket:[{inode}]";

    // The level is syslog(3)'s, which the journal takes from the beginning of a line (sd-daemon(3)).
    private void Write(int level, string? colour, string prefix, string message)
    {
        lock (_lock)
        {
            // The file first: it never waits for a reader.
            foreach (var line in SecretMask.Hide(message).Split('\n').Select(Harmless))
            {
                Attempt(() => _log?.Write(Encoding.UTF8.GetBytes(prefix + line + '\n')));
                Attempt(() => Console.Error.WriteLine(
                    _journal ? $"<{level}>{prefix}{line}" : _colour && colour is not null ? $"\e[{colour}m{prefix}\e[0m{line}" : prefix + line));
            }
        }
    }

    private static void Attempt(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ReaderGoneException)
        {
            // A terminal that was closed, or a full disk: there is nobody to tell, and a run must still end in an orderly way.
        }
    }

    /// <summary>A line that a terminal takes for text: messages quote what others chose, paths and a hypervisor's last words among them, and it must not obey them.</summary>
    public static string Harmless(string line) => line.Any(IsCommand)
        ? string.Concat(line.Select(character => IsCommand(character) ? $"\\u{(int)character:x4}" : character.ToString()))
        : line;

    // Format characters turn the direction of writing around (U+202E), which makes text look like other text.
    private static bool IsCommand(char character) =>
        character != '\t' && char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format;
}

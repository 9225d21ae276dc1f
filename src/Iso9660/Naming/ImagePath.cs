using System.Buffers;
using System.Text;

namespace Iso9660.Naming;

/// <summary>
/// What a path in the image may be: names that Rock Ridge <em>and</em> Joliet hold whole, so that every reader sees the same tree.
/// </summary>
internal static class ImagePath
{
    /// <summary>UTF-16 code units in a name: 128 bytes (Joliet, "Relaxation of ISO 9660 Restrictions on UCS-2 Volumes").</summary>
    public const int MaxNameLength = 64;

    /// <summary>UTF-16 code units in a whole path. Joliet's relaxed form of ECMA-119 6.8.2.1 stops at 240.</summary>
    public const int MaxPathLength = 240;

    /// <summary>Levels of directories with the root as the first (ECMA-119 6.8.2.1).</summary>
    public const int MaxLevels = 8;

    /// <summary>Characters that Joliet excludes, beside control characters (Joliet, "Allowed Character Set").</summary>
    private const string Excluded = "*/:;?\\";

    private static readonly SearchValues<char> ExcludedSet = SearchValues.Create(Excluded);

    /// <summary>Cuts a path into its checked names.</summary>
    /// <exception cref="ArgumentException">The path cannot be recorded; the message says why.</exception>
    public static string[] Split(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Length > MaxPathLength)
        {
            throw new ArgumentException($"The path '{Printable(path)}' has {path.Length} characters; Joliet holds {MaxPathLength}.", nameof(path));
        }

        var names = path.Split('/');
        foreach (var name in names)
        {
            if (Objection(name) is { } objection)
            {
                throw new ArgumentException($"The path '{Printable(path)}' cannot be recorded: {objection}.", nameof(path));
            }
        }

        return names;
    }

    /// <summary>Refuses a directory whose level (the root's being 1) ECMA-119 does not allow.</summary>
    public static void CheckLevel(string path, int level)
    {
        if (level > MaxLevels)
        {
            throw new ArgumentException(
                $"The path '{path}' is too deep: ISO 9660 has {MaxLevels} levels of directories, the root being the first.",
                nameof(path));
        }
    }

    private static string? Objection(string name) => name switch
    {
        "" => "it has an empty name (a '/' at its start or end, or two in a row)",
        "." or ".." => $"'{name}' is no name of its own",
        { Length: > MaxNameLength } => $"a name has {name.Length} characters and Joliet holds {MaxNameLength}",
        // Linux and Windows drop such a dot when they read Joliet, and two names could become one.
        [.., '.'] => "a name ends with a dot, which readers of Joliet drop",
        _ when name.AsSpan().ContainsAny(ExcludedSet) => $"a name holds one of the characters {Excluded}, which Joliet excludes",
        _ when name.Any(char.IsControl) => "a name holds a control character",
        _ when !IsWellFormed(name) => "a name holds half of a surrogate pair, which is no character",
        _ => null,
    };

    /// <summary>Messages are one line, whatever the path.</summary>
    private static string Printable(string path) => string.Concat(path.Select(character => char.IsControl(character) ? '?' : character));

    private static bool IsWellFormed(ReadOnlySpan<char> name)
    {
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(name, out _, out var consumed) != OperationStatus.Done)
            {
                return false;
            }

            name = name[consumed..];
        }

        return true;
    }
}

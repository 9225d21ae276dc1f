using System.Buffers;
using System.Text;

namespace Iso9660;

/// <summary>What a name in the image may be: one that Rock Ridge <em>and</em> Joliet hold whole, so that every reader sees the same.</summary>
internal static class FileName
{
    /// <summary>UTF-16 code units in a name: 128 bytes (Joliet, "Relaxation of ISO 9660 Restrictions on UCS-2 Volumes").</summary>
    public const int MaxLength = 64;

    /// <summary>Characters that Joliet excludes, beside control characters (Joliet, "Allowed Character Set").</summary>
    private const string Excluded = "*/:;?\\";

    private static readonly SearchValues<char> ExcludedSet = SearchValues.Create(Excluded);

    /// <exception cref="ArgumentException">The name cannot be recorded; the message says why.</exception>
    public static string Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Objection(name) is { } objection
            ? throw new ArgumentException($"The file name '{Printable(name)}' cannot be recorded: {objection}.", nameof(name))
            : name;
    }

    private static string? Objection(string name) => name switch
    {
        "." or ".." => "it is no name of its own",
        { Length: > MaxLength } => $"it has {name.Length} characters and Joliet holds {MaxLength}",
        // Linux and Windows drop such a dot when they read Joliet, and two names could become one.
        [.., '.'] => "it ends with a dot, which readers of Joliet drop",
        _ when name.Contains('/') => "it holds a '/', and all files lie in the root directory",
        _ when name.AsSpan().ContainsAny(ExcludedSet) => $"it holds one of the characters {Excluded}, which Joliet excludes",
        _ when name.Any(char.IsControl) => "it holds a control character",
        _ when !IsWellFormed(name) => "it holds half of a surrogate pair, which is no character",
        _ => null,
    };

    /// <summary>Messages are one line, whatever the name.</summary>
    private static string Printable(string name) => string.Concat(name.Select(character => char.IsControl(character) ? '?' : character));

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

using System.Text;

namespace Iso9660;

/// <summary>How one of the two hierarchies identifies a file.</summary>
/// <param name="FileName">The name that the caller gave it.</param>
/// <param name="Name">What of it is the file name to ECMA-119 (7.5.1).</param>
/// <param name="Extension">The file name extension.</param>
/// <param name="Bytes">The File Identifier as recorded (ECMA-119 9.1.11).</param>
internal sealed record FileIdentifier(string FileName, string Name, string Extension, byte[] Bytes)
{
    /// <summary>Characters of a file's name and extension together (ECMA-119 7.5.1, 10.2).</summary>
    private const int MaxLength = 30;

    /// <summary>Our own limit; it leaves a file's name at least 22 characters.</summary>
    private const int MaxExtensionLength = 8;

    /// <summary>
    /// The primary hierarchy's identifiers at level 2 of interchange (ECMA-119 10.2): d-characters only (7.4.1), with SEPARATOR 2 and the version
    /// behind them (7.5.1). Level 2 and not 1, so that a reader without extensions still finds <c>INSTANCE.JSON</c>. Names that would become the
    /// same are told apart by a number at the end, in the order in which they come.
    /// </summary>
    public static IReadOnlyList<FileIdentifier> Primary(IEnumerable<string> fileNames)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return InOrder(fileNames.Select(fileName =>
        {
            var (name, extension) = Split(fileName);
            extension = Cut(ToDCharacters(extension), MaxExtensionLength);
            var maxLength = MaxLength - extension.Length;
            var stem = Cut(ToDCharacters(name), maxLength);
            var unique = stem;
            while (!taken.Add($"{unique}.{extension}"))
            {
                var key = $"{stem}.{extension}";
                var number = numbers[key] = numbers.GetValueOrDefault(key) + 1;
                var suffix = $"_{number}";
                unique = Cut(stem, maxLength - suffix.Length) + suffix;
            }

            return new FileIdentifier(fileName, unique, extension, Encoding.ASCII.GetBytes($"{unique}.{extension};1"));
        }));
    }

    /// <summary>
    /// Joliet's identifiers: the names as they are in UCS-2, most significant byte first, without the version <c>;1</c> of ECMA-119 7.5.1 as in the
    /// images of every writer in wide use: so the names have the whole 128 bytes. Characters outside the basic plane are recorded as the
    /// surrogate pairs that today's readers expect.
    /// </summary>
    public static IReadOnlyList<FileIdentifier> Joliet(IEnumerable<string> fileNames) => InOrder(fileNames.Select(fileName =>
    {
        var (name, extension) = Split(fileName);
        return new FileIdentifier(fileName, name, extension, Encoding.BigEndianUnicode.GetBytes(fileName));
    }));

    /// <summary>
    /// The order of directory records: by name, then by extension (ECMA-119 9.3). Fillers sort before every character in use, spaces in
    /// the primary hierarchy and zeros in Joliet's ("Sort Ordering"), and so does the end of a string in an ordinal comparison.
    /// </summary>
    private static IReadOnlyList<FileIdentifier> InOrder(IEnumerable<FileIdentifier> identifiers) =>
        [.. identifiers.OrderBy(file => file.Name, StringComparer.Ordinal).ThenBy(file => file.Extension, StringComparer.Ordinal)];

    /// <summary>The name and extension of a file, cut at the last dot that has something before and behind it.</summary>
    private static (string Name, string Extension) Split(string fileName)
    {
        var dot = fileName.LastIndexOf('.');
        return dot > 0 ? (fileName[..dot], fileName[(dot + 1)..]) : (fileName, "");
    }

    private static string Cut(string text, int maxLength) => text.Length > maxLength ? text[..maxLength] : text;

    private static string ToDCharacters(string text) =>
        string.Concat(text.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_'));
}

using System.Text;

namespace Iso9660.Naming;

/// <summary>
/// The primary hierarchy's identifiers at level 2 of interchange (ECMA-119 10.2): d-characters only (7.4.1), at most 30 for a file's name and
/// extension together (7.5.1) and 31 for a directory (7.6.3). Level 2 and not 1, so that a reader without extensions still finds
/// <c>INSTANCE.JSON</c>. Names that would become the same are told apart by a number at the end.
/// </summary>
internal sealed class PrimaryScheme : IIdentifierScheme
{
    private const int MaxFileLength = 30;
    private const int MaxDirectoryLength = 31;

    /// <summary>Our own limit; it leaves a file's name at least 22 characters.</summary>
    private const int MaxExtensionLength = 8;

    /// <summary>SEPARATOR 2 and the version, which every file has (ECMA-119 7.5.1).</summary>
    private const string Version = ";1";

    public IReadOnlyList<NamedNode> Identify(DirectoryNode directory)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var named = new List<NamedNode>(directory.Children.Count);
        foreach (var node in directory.Children)
        {
            named.Add(Identify(node, taken, numbers));
        }

        named.Sort();
        return named;
    }

    private static NamedNode Identify(Node node, HashSet<string> taken, Dictionary<string, int> numbers)
    {
        var isFile = node is FileNode;
        var (name, extension) = isFile ? NamedNode.SplitFileName(node.Name) : (node.Name, "");
        extension = Cut(ToDCharacters(extension), MaxExtensionLength);
        var maxLength = isFile ? MaxFileLength - extension.Length : MaxDirectoryLength;
        var stem = Cut(ToDCharacters(name), maxLength);

        // SEPARATOR 1 is part of the key of directories too: readers without Rock Ridge show the file "A." and the directory "A" alike.
        var unique = stem;
        while (!taken.Add($"{unique}.{extension}"))
        {
            var key = $"{stem}.{extension}";
            var number = numbers[key] = numbers.GetValueOrDefault(key) + 1;
            var suffix = $"_{number}";
            unique = Cut(stem, maxLength - suffix.Length) + suffix;
        }

        var identifier = isFile ? $"{unique}.{extension}{Version}" : unique;
        return new NamedNode(node, unique, extension, Encoding.ASCII.GetBytes(identifier));
    }

    private static string Cut(string text, int maxLength) => text.Length > maxLength ? text[..maxLength] : text;

    private static string ToDCharacters(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = char.IsAsciiLetterOrDigit(source[i]) ? char.ToUpperInvariant(source[i]) : '_';
        }
    });
}

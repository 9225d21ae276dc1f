using CsCheck;

namespace Iso9660.Tests;

/// <summary>Random trees: names short enough to collide and long enough to overflow, at every allowed depth.</summary>
internal static class Trees
{
    private const int LongestPath = 240;

    private static readonly Gen<char> Character = Gen.Frequency(
        (6, Gen.Char["abAB"]),
        (3, Gen.Char[".-_ ~'\",<>|&$#@%+=[]{}"]),
        (1, Gen.Char["éßЖ中한\u0301\uFFFD"]));

    private static readonly Gen<string> Text = Gen.Frequency(
        (6, Gen.String[Character, 1, 4]),
        (2, Gen.String[Character, 1, 64]),
        (1, Gen.String[Gen.Char["中한"], 60, 64]),
        (1, Gen.Const("😀.json")));

    /// <summary>A valid name.</summary>
    public static readonly Gen<string> Name = Text.Where(name => !name.EndsWith('.'));

    /// <summary>Path to contents of files, path to null of directories without one; nothing stands in another's way.</summary>
    public static readonly Gen<IReadOnlyDictionary<string, byte[]?>> Tree = Gen.Select(
            Name.Array[1, 8],
            Gen.Frequency<byte[]?>(
                (4, Gen.Byte.Array[0, 40].Select(contents => (byte[]?)contents)),
                (1, Gen.Byte.Array[2040, 5000].Select(contents => (byte[]?)contents)),
                (2, Gen.Const((byte[]?)null))))
        .Array[0, 40]
        .Select(Plant);

    /// <summary>All directories of a tree, the implied ones included.</summary>
    public static IReadOnlySet<string> Directories(IReadOnlyDictionary<string, byte[]?> tree) =>
        tree.SelectMany(item => item.Value is null ? Above(item.Key).Append(item.Key) : Above(item.Key)).ToHashSet();

    /// <summary>An image of the tree whose entries are added in the given order.</summary>
    public static IsoImage Image(IEnumerable<KeyValuePair<string, byte[]?>> tree)
    {
        var image = new IsoImage("instance-configuration");
        foreach (var (path, contents) in tree)
        {
            _ = contents is null ? image.AddDirectory(path) : image.AddFile(path, contents);
        }

        return image;
    }

    private static IReadOnlyDictionary<string, byte[]?> Plant((string[] Names, byte[]? Contents)[] desired)
    {
        var tree = new Dictionary<string, byte[]?>();
        var directories = new HashSet<string>();
        foreach (var (names, contents) in desired)
        {
            var kept = contents is null && names.Length == 8 ? names[..7] : names;
            var path = string.Join('/', kept);
            var free = path.Length <= LongestPath
                && !tree.ContainsKey(path)
                && !(contents is not null && directories.Contains(path))
                && Above(path).All(above => tree.GetValueOrDefault(above) is null);
            if (free)
            {
                tree.Add(path, contents);
                directories.UnionWith(Above(path));
            }
        }

        return tree;
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }
}

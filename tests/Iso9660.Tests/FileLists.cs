using CsCheck;

namespace Iso9660.Tests;

/// <summary>Random lists of files: names short enough to collide and long enough to overflow, enough files for a directory of many sectors.</summary>
internal static class FileLists
{
    private static readonly Gen<char> Character = Gen.Frequency(
        (6, Gen.Char["abAB"]),
        (3, Gen.Char[".-_ ~'\",<>|&$#@%+=[]{}"]),
        (1, Gen.Char["éßЖ中한\u0301\uFFFD"]));

    private static readonly Gen<string> Text = Gen.Frequency(
        (6, Gen.String[Character, 1, 4]),
        (2, Gen.String[Character, 1, 64]),
        (1, Gen.String[Gen.Char["中한"], 60, 64]),
        (1, Gen.Const("😀.json")));

    private static readonly Gen<byte[]> Contents = Gen.Frequency((4, Gen.Byte.Array[0, 40]), (1, Gen.Byte.Array[2040, 5000]));

    /// <summary>A valid name.</summary>
    public static readonly Gen<string> Name = Text.Where(name => !name.EndsWith('.'));

    /// <summary>Name to contents.</summary>
    public static readonly Gen<Dictionary<string, byte[]>> Any = Gen.Select(Name, Contents)
        .Array[0, 100]
        .Select(files => files.DistinctBy(file => file.Item1).ToDictionary(file => file.Item1, file => file.Item2));

    /// <summary>The image of files that are added in the given order.</summary>
    public static byte[] ToImage(this IEnumerable<KeyValuePair<string, byte[]>> files) =>
        files.Aggregate(new IsoImage("instance-configuration"), (image, file) => image.AddFile(file.Key, file.Value)).ToArray();
}

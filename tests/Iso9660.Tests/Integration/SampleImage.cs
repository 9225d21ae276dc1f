using System.Text;

namespace Iso9660.Tests.Integration;

/// <summary>An image on disk with one of everything, and a directory to extract it to; both go with the test class.</summary>
public sealed class SampleImage : IDisposable
{
    public const string Label = "instance-configuration";

    private readonly string _directory = Directory.CreateTempSubdirectory("iso9660-").FullName;
    private int _extractions;

    public SampleImage()
    {
        Files = Contents();
        var image = new IsoImage(Label) { Timestamp = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero) };
        foreach (var (path, contents) in Files)
        {
            image.AddFile(path, contents);
        }

        image.AddDirectory(EmptyDirectory);
        Path = System.IO.Path.Combine(_directory, "sample.iso");
        File.WriteAllBytes(Path, image.ToArray());
    }

    public static string EmptyDirectory => "empty directory";

    public string Path { get; }

    public IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>A fresh directory.</summary>
    public string Extraction() => Directory.CreateDirectory(System.IO.Path.Combine(_directory, $"{++_extractions}")).FullName;

    /// <summary>The files under a directory, and that the empty directory is there.</summary>
    public void AssertIsIn(string directory)
    {
        var found = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .ToDictionary(file => System.IO.Path.GetRelativePath(directory, file), File.ReadAllBytes);
        Assert.Equal(Files.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(Files, file => Assert.Equal(file.Value, found[file.Key]));
        Assert.True(Directory.Exists(System.IO.Path.Combine(directory, EmptyDirectory)));
    }

    public void Dispose()
    {
        // Extracted directories are 0555, and only root deletes from such.
        foreach (var directory in Directory.EnumerateDirectories(_directory))
        {
            MakeWritable(directory);
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static void MakeWritable(string directory)
    {
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var subdirectory in Directory.EnumerateDirectories(directory))
        {
            MakeWritable(subdirectory);
        }
    }

    private static SortedDictionary<string, byte[]> Contents()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["instance.json"] = "{\"name\":\"vm-1\"}"u8.ToArray(),
            ["empty"] = [],
            ["also empty"] = [],
            ["exactly a sector"] = Noise(2048),
            ["big.bin"] = Noise((3 << 20) + 17),
            ["Grüße, 中文 & 😀.txt"] = "unicode"u8.ToArray(),
            ["1/2/3/4/5/6/7/deepest"] = "deep"u8.ToArray(),
            [new string('中', 64)] = "longest in bytes"u8.ToArray(),
            [new string('n', 60) + ".txt"] = "longest in characters"u8.ToArray(),
            ["same/FOO"] = "upper"u8.ToArray(),
            ["same/foo"] = "lower"u8.ToArray(),
            [".hidden"] = "hidden"u8.ToArray(),
        };
        foreach (var number in Enumerable.Range(0, 500))
        {
            files[$"many/file number {number} of a long directory"] = Encoding.ASCII.GetBytes($"{number}");
        }

        return files;
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(length).NextBytes(noise);
        return noise;
    }
}

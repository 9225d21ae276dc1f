using System.Text;

namespace Iso9660.Tests.Integration;

/// <summary>An image on disk with one of everything in it, and a directory to extract it to; both go with the test class.</summary>
public sealed class SampleImage : IDisposable
{
    public const string Label = "instance-configuration";

    private readonly string _directory = Directory.CreateTempSubdirectory("iso9660-").FullName;
    private int _extractions;

    public SampleImage()
    {
        Files = Contents();
        Path = System.IO.Path.Combine(_directory, "sample.iso");
        File.WriteAllBytes(Path, Files.ToImage());
    }

    public string Path { get; }

    public IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>A fresh directory.</summary>
    public string Extraction() => Directory.CreateDirectory(System.IO.Path.Combine(_directory, $"{++_extractions}")).FullName;

    /// <summary>The files, and nothing else, are in a directory.</summary>
    public void AssertIsIn(string directory)
    {
        Assert.Empty(Directory.EnumerateDirectories(directory));
        var found = Directory.EnumerateFiles(directory).ToDictionary(file => System.IO.Path.GetFileName(file), File.ReadAllBytes);
        Assert.Equal(Files.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(Files, file => Assert.Equal(file.Value, found[file.Key]));
    }

    public void Dispose()
    {
        // What an image was extracted to is 0555 as its root, and only root deletes from such.
        foreach (var directory in Directory.EnumerateDirectories(_directory))
        {
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(_directory, recursive: true);
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
            [new string('中', 64)] = "longest in bytes"u8.ToArray(),
            [new string('n', 60) + ".txt"] = "longest in characters"u8.ToArray(),
            ["FOO"] = "upper"u8.ToArray(),
            ["foo"] = "lower"u8.ToArray(),
            [".hidden"] = "hidden"u8.ToArray(),
        };
        foreach (var number in Enumerable.Range(0, 500))
        {
            files[$"file number {number} of a directory of many sectors"] = Encoding.ASCII.GetBytes($"{number}");
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

using System.Security.Cryptography;
using System.Text;
using Iso9660.Tests.Reading;

namespace Iso9660.Tests;

public sealed class ImageTests
{
    private const int Sector = 2048;

    /// <summary>Bytes as the first release of this writer gave them: whoever changes them does so on purpose.</summary>
    [Theory]
    [InlineData("719e4684e41880059415412561ac7a59cf17210013198bb5b6be491886310486", "instance-configuration", "instance.json")]
    [InlineData("2cf14352e4cd309ea3a91c0e4d86391c3bd4bdf2ed48624013c9195599a6e15f", "cidata", "user-data", "meta-data", "network-config")]
    [InlineData(
        "82145d08fe9a82508f9fb6cff1df9dd3914430d6e93e416c27c4f7113c58ac9e",
        "long names",
        "a name that has too many characters for the primary one.json",
        "a name that has too many characters for the primary too.json",
        "中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中中")]
    public void The_bytes_of_an_image_are_these(string sha256, string volumeId, params string[] names)
    {
        var image = new IsoImage(volumeId);
        foreach (var name in names)
        {
            image.AddFile(name, Encoding.UTF8.GetBytes($"What {name} holds."));
        }

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(image.ToArray())));
    }

    [Fact]
    public void The_volume_id_is_kept_whole_and_joliet_has_its_beginning()
    {
        var reader = new IsoReader(new IsoImage("instance-configuration").ToArray());

        Assert.Equal("instance-configuration", reader.Primary.VolumeId);
        Assert.Equal("instance-configu", reader.Joliet.VolumeId);
    }

    [Fact]
    public void A_small_image_is_longer_than_the_68_KiB_that_probing_readers_demand() =>
        Assert.Equal(384 * 1024, new IsoImage("x").AddFile("instance.json", new byte[Sector]).ToArray().Length);

    [Fact]
    public void Everything_is_roots_and_everybody_may_read()
    {
        var volume = new IsoReader(new IsoImage("x").AddFile("f", default).ToArray()).Primary;

        AssertPosix(volume["f"].SystemUse!, "100444", links: 1);
        AssertPosix(volume.Root, "40555", links: 2);
    }

    [Fact]
    public void An_image_without_files_has_an_empty_root()
    {
        var reader = new IsoReader(new IsoImage("x").ToArray());

        Assert.Empty(reader.Primary.Files);
        Assert.Empty(reader.Joliet.Files);
    }

    [Fact]
    public void The_longest_name_goes_on_in_the_continuation_area_and_stays_whole()
    {
        var name = new string('中', 64);
        var volume = new IsoReader(new IsoImage("x").AddFile(name, "x"u8.ToArray()).ToArray()).Primary;

        Assert.True(volume[name].SystemUse!.IsContinued);
        Assert.Equal(192, Encoding.UTF8.GetByteCount(volume[name].SystemUse!.Name!));
    }

    [Theory]
    [InlineData(121, false)]
    [InlineData(122, true)]
    public void A_name_goes_on_elsewhere_where_its_record_has_no_room_for_it(int bytes, bool isContinued)
    {
        // Of the 254 bytes of a record, 66 lie before the entries of a name this long, and PX, TF and the head of NM have 36, 26 and 5.
        var name = new string('中', 37) + new string('a', bytes - 114) + ".aa";
        var volume = new IsoReader(new IsoImage("x").AddFile(name, default).ToArray()).Primary;

        Assert.Equal(isContinued, volume[name].SystemUse!.IsContinued);
    }

    [Fact]
    public void No_continuation_crosses_into_another_sector()
    {
        var image = new IsoImage("x");
        var names = Enumerable.Range(10, 50).Select(number => new string('中', 62) + number).ToList();
        names.ForEach(name => image.AddFile(name, default));

        // The reader, as Linux, reads no further than the sector.
        var files = new IsoReader(image.ToArray()).Primary.Files;
        Assert.Equal(names, files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.True(file.SystemUse!.IsContinued));
    }

    [Fact]
    public void Thousands_of_files_with_the_same_beginning_stay_apart()
    {
        var image = new IsoImage("x");
        var names = Enumerable.Range(0, 3000).Select(number => $"a rather long name that is the same for all of them {number}").ToList();
        names.ForEach(name => image.AddFile(name, Encoding.UTF8.GetBytes(name)));
        var reader = new IsoReader(image.ToArray());

        Assert.Equal(3000, reader.Primary.Files.Select(file => file.Identifier).Distinct().Count());
        Assert.All(reader.Primary.Files, file => Assert.Equal(file.Name, Encoding.UTF8.GetString(file.Contents)));
        Assert.All(reader.Joliet.Files, file => Assert.Equal(file.Name, Encoding.UTF8.GetString(file.Contents)));
    }

    [Fact]
    public void A_large_file_is_kept_whole()
    {
        var contents = new byte[(5 << 20) + 1];
        new Random(1).NextBytes(contents);

        Assert.Equal(contents, new IsoReader(new IsoImage("x").AddFile("big", contents).ToArray()).Primary["big"].Contents);
    }

    [Fact]
    public void More_than_an_array_holds_is_refused()
    {
        var image = new IsoImage("x");
        var part = new byte[1 << 26];
        Enumerable.Range(0, 32).ToList().ForEach(number => image.AddFile($"{number}", part));

        Assert.Matches("would have 2147[0-9]{6} bytes.* put less into it", Assert.Throws<InvalidOperationException>(image.ToArray).Message);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(".", "no name of its own")]
    [InlineData("..", "no name of its own")]
    [InlineData("a/b", "holds a '/', and all files lie in the root directory")]
    [InlineData("a.", "ends with a dot")]
    [InlineData("a:b", "Joliet excludes")]
    [InlineData("a\\b", "Joliet excludes")]
    [InlineData("a\nb", "'a?b' cannot be recorded: it holds a control character")]
    [InlineData("a\0b", "control character")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "65 characters")]
    public void A_name_that_cannot_be_kept_whole_is_refused(string name, string reason) =>
        Assert.Contains(reason, Refusal(image => image.AddFile(name, default)), StringComparison.Ordinal);

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.Contains("surrogate", Refusal(image => image.AddFile("a\uD800b", default)), StringComparison.Ordinal);

    [Fact]
    public void A_name_is_not_added_twice() =>
        Assert.Contains("'a' is already", Refusal(image => image.AddFile("a", default).AddFile("a", default)), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("123456789012345678901234567890123", "33 characters")]
    [InlineData("größe", "printable ASCII")]
    [InlineData("a\nb", "printable ASCII")]
    [InlineData(" a", "space")]
    [InlineData("a ", "space")]
    public void A_volume_id_that_cannot_be_kept_whole_is_refused(string volumeId, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(() => new IsoImage(volumeId)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_volume_id_of_32_characters_is_kept() =>
        Assert.Equal(new string('v', 32), new IsoReader(new IsoImage(new string('v', 32)).ToArray()).Primary.VolumeId);

    private static string Refusal(Action<IsoImage> add) => Assert.ThrowsAny<ArgumentException>(() => add(new IsoImage("x"))).Message;

    private static void AssertPosix(SystemUse entries, string octalMode, uint links)
    {
        Assert.Equal(octalMode, Convert.ToString(entries.Posix(0), 8));
        Assert.Equal([links, 0u, 0u], [entries.Posix(1), entries.Posix(2), entries.Posix(3)]);
    }
}

using System.Text;
using Iso9660.Tests.Reading;

namespace Iso9660.Tests;

public sealed class ImageTests
{
    private const int Sector = 2048;

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
    public void Unless_told_otherwise_everything_is_roots_and_everybody_may_read()
    {
        var volume = new IsoReader(new IsoImage("x").AddFile("d/f", default).ToArray()).Primary;

        Assert.Equal("100444", Octal(volume["d/f"]));
        Assert.Equal("40555", Octal(volume["d"]));
        Assert.Equal(0u, volume["d/f"].SystemUse!.Posix(2));
        Assert.Equal(0u, volume["d/f"].SystemUse!.Posix(3));
    }

    [Fact]
    public void Owner_group_and_permissions_are_what_the_caller_says()
    {
        var image = new IsoImage("x")
        {
            UserId = 1000,
            GroupId = 100,
            FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.StickyBit,
        };
        var volume = new IsoReader(image.AddFile("d/f", default).ToArray()).Primary;

        Assert.Equal("100640", Octal(volume["d/f"]));
        Assert.Equal("41500", Octal(volume["d"]));
        Assert.Equal(1000u, volume["d/f"].SystemUse!.Posix(2));
        Assert.Equal(100u, volume["d/f"].SystemUse!.Posix(3));
    }

    [Fact]
    public void A_directory_has_a_link_for_itself_its_name_and_each_directory_in_it()
    {
        var volume = new IsoReader(new IsoImage("x").AddDirectory("d/a").AddDirectory("d/b").AddFile("d/f", default).ToArray()).Primary;

        Assert.Equal(4u, volume["d"].SystemUse!.Posix(1));
        Assert.Equal(2u, volume["d/a"].SystemUse!.Posix(1));
        Assert.Equal(1u, volume["d/f"].SystemUse!.Posix(1));
    }

    [Fact]
    public void The_longest_name_goes_on_in_the_continuation_area_and_stays_whole()
    {
        var name = new string('中', 64);
        var volume = new IsoReader(new IsoImage("x").AddFile(name, "x"u8.ToArray()).ToArray()).Primary;

        Assert.True(volume[name].SystemUse!.IsContinued);
        Assert.Equal(192, Encoding.UTF8.GetByteCount(volume[name].SystemUse!.Name!));
    }

    [Fact]
    public void Thousands_of_files_with_the_same_beginning_stay_apart()
    {
        var image = new IsoImage("x");
        var names = Enumerable.Range(0, 3000).Select(number => $"a rather long name that is the same for all of them {number}").ToList();
        names.ForEach(name => image.AddFile(name, Encoding.UTF8.GetBytes(name)));
        var reader = new IsoReader(image.ToArray());

        Assert.Equal(3000, reader.Primary.Entries.Select(entry => entry.Identifier).Distinct().Count());
        Assert.All(reader.Primary.Entries, entry => Assert.Equal(entry.Path, Encoding.UTF8.GetString(entry.Contents!)));
        Assert.All(reader.Joliet.Entries, entry => Assert.Equal(entry.Path, Encoding.UTF8.GetString(entry.Contents!)));
    }

    [Fact]
    public void A_large_file_is_kept_whole()
    {
        var contents = new byte[(5 << 20) + 1];
        new Random(1).NextBytes(contents);

        Assert.Equal(contents, new IsoReader(new IsoImage("x").AddFile("big", contents).ToArray()).Primary["big"].Contents);
    }

    [Fact]
    public void Seven_directories_in_a_row_are_the_deepest()
    {
        var volume = new IsoReader(new IsoImage("x").AddFile("1/2/3/4/5/6/7/file", default).ToArray()).Primary;

        Assert.NotNull(volume["1/2/3/4/5/6/7/file"]);
        Assert.Contains("too deep", Refusal(image => image.AddFile("1/2/3/4/5/6/7/8/file", default)), StringComparison.Ordinal);
        Assert.Contains("too deep", Refusal(image => image.AddDirectory("1/2/3/4/5/6/7/8")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("/a", "empty name")]
    [InlineData("a/", "empty name")]
    [InlineData("a//b", "empty name")]
    [InlineData(".", "no name of its own")]
    [InlineData("a/../b", "no name of its own")]
    [InlineData("a.", "ends with a dot")]
    [InlineData("a:b", "Joliet excludes")]
    [InlineData("a\\b", "Joliet excludes")]
    [InlineData("a\nb", "'a?b' cannot be recorded: a name holds a control character")]
    [InlineData("a\0b", "control character")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "65 characters")]
    public void A_path_that_cannot_be_kept_whole_is_refused(string path, string reason) =>
        Assert.Contains(reason, Refusal(image => image.AddFile(path, default)), StringComparison.Ordinal);

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.Contains("surrogate", Refusal(image => image.AddFile("a\uD800b", default)), StringComparison.Ordinal);

    [Fact]
    public void A_path_too_long_for_joliet_is_refused()
    {
        var path = string.Join('/', Enumerable.Repeat(new string('a', 60), 4));

        Assert.Contains("243 characters", Refusal(image => image.AddFile(path, default)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_there_already_is_not_added_again()
    {
        Assert.Contains("already", Refusal(image => image.AddFile("a/b", default).AddFile("a/b", default)), StringComparison.Ordinal);
        Assert.Contains("already", Refusal(image => image.AddDirectory("a").AddFile("a", default)), StringComparison.Ordinal);
        Assert.Contains("is a file", Refusal(image => image.AddFile("a", default).AddFile("a/b", default)), StringComparison.Ordinal);
        Assert.Contains("is a file", Refusal(image => image.AddFile("a", default).AddDirectory("a")), StringComparison.Ordinal);
        _ = new IsoImage("x").AddDirectory("a").AddDirectory("a").AddFile("a/b", default).AddDirectory("a");
    }

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

    [Fact]
    public void Times_and_permissions_beyond_the_format_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new IsoImage("x") { Timestamp = new DateTimeOffset(1899, 12, 31, 0, 0, 0, TimeSpan.Zero) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new IsoImage("x") { Timestamp = DateTimeOffset.MaxValue });
        Assert.Throws<ArgumentOutOfRangeException>(() => new IsoImage("x") { FileMode = (UnixFileMode)0x1000 });
    }

    [Fact]
    public void The_same_moment_in_another_time_zone_gives_the_same_image()
    {
        var moment = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

        Assert.Equal(
            new IsoImage("x") { Timestamp = moment }.ToArray(),
            new IsoImage("x") { Timestamp = moment.ToOffset(TimeSpan.FromHours(14)) }.ToArray());
    }

    private static string Refusal(Action<IsoImage> add) => Assert.ThrowsAny<ArgumentException>(() => add(new IsoImage("x"))).Message;

    private static string Octal(ReadEntry entry) => Convert.ToString(entry.SystemUse!.Posix(0), 8);
}

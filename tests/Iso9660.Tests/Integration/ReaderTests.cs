using System.Text;

namespace Iso9660.Tests.Integration;

/// <summary>What the world's readers make of an image.</summary>
public sealed class ReaderTests(SampleImage sample) : IClassFixture<SampleImage>
{
    [Fact]
    public async Task Isoinfo_sees_the_whole_label_joliet_and_rock_ridge()
    {
        var description = await Tool.IsoInfo.RunAsync("-d", "-i", sample.Path);

        Assert.Contains($"Volume id: {SampleImage.Label}", description.Lines);
        Assert.Contains($"Volume size is: {new FileInfo(sample.Path).Length / 2048}", description.Lines);
        Assert.Contains("Joliet with UCS level 3 found", description.Lines);
        Assert.Contains("Rock Ridge signatures version 1 found", description.Lines);
    }

    [Theory]
    [InlineData("-R")]
    [InlineData("-J")]
    public async Task Isoinfo_lists_every_name_whole(string extension)
    {
        var listing = await Tool.IsoInfo.RunAsync("-f", extension, "-i", sample.Path);

        // isoinfo has no UTF-8, so Joliet's other characters come out in the best of its 8-bit sets.
        var expected = sample.Files.Keys.Where(name => name.All(char.IsAscii)).Select(name => "/" + name).ToList();
        Assert.Empty(expected.Except(listing.Lines));
    }

    [Theory]
    [InlineData("-R", "/instance.json")]
    [InlineData("-J", "/instance.json")]
    [InlineData("-s", "/INSTANCE.JSON;1")]
    public async Task Isoinfo_extracts_a_file_from_each_hierarchy(string extension, string path)
    {
        var file = await Tool.IsoInfo.RunAsync(extension, "-x", path, "-i", sample.Path);

        Assert.Equal(sample.Files["instance.json"], Encoding.UTF8.GetBytes(file.Text));
    }

    [Fact]
    public async Task Isoinfo_shows_files_of_roots_that_everybody_may_read()
    {
        var listing = await Tool.IsoInfo.RunAsync("-l", "-R", "-i", sample.Path);

        Assert.Matches("(?m)^-r--r--r-- +1 +0 +0 +15 Jan +1 2000 .* instance[.]json ?$", listing.Text);
        Assert.Matches("(?m)^dr-xr-xr-x .* [.] ?$", listing.Text);
    }

    [Fact]
    public async Task Xorriso_finds_no_fault()
    {
        var check = await Tool.Xorriso.RunAsync(
            "-abort_on", "WARNING", "-return_with", "WARNING", "32",
            "-indev", sample.Path, "-check_media", "--", "-pvd_info", "-find", "/", "-type", "f", "-exec", "report_lba", "--");

        Assert.Contains($"Volume Id    : {SampleImage.Label}", check.Lines);
        Assert.Equal(sample.Files.Count, check.Lines.Count(line => line.StartsWith("File data lba:", StringComparison.Ordinal)));
        Assert.DoesNotContain("WARNING", check.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nojoliet")]
    [InlineData("norock")]
    public async Task Xorriso_extracts_every_file(string hierarchy)
    {
        var target = sample.Extraction();

        // It warns that a character beyond the basic plane is UTF-16 and not UCS-2, and extracts it all the same.
        await Tool.Xorriso.RunAsync(
            "-abort_on", "SORRY", "-return_with", "SORRY", "32",
            "-read_fs", hierarchy, "-indev", sample.Path, "-osirrox", "on", "-extract", "/", target);

        sample.AssertIsIn(target);
    }

    [Theory]
    [InlineData("iso9660:joliet,iso9660:rockridge")]
    [InlineData("iso9660:!joliet")]
    [InlineData("iso9660:!rockridge")]
    public async Task Bsdtar_extracts_every_file(string options)
    {
        var target = sample.Extraction();
        var extraction = await Tool.BsdTar.RunAsync("--options", options, "-C", target, "-xf", sample.Path);

        Assert.Empty(extraction.Error);
        sample.AssertIsIn(target);
    }

    [Fact]
    public async Task Blkid_reports_the_whole_label()
    {
        var label = await Tool.BlkId.RunAsync("-p", "-o", "value", "-s", "LABEL", sample.Path);
        var probe = await Tool.BlkId.RunAsync("-p", "-o", "udev", sample.Path);

        Assert.Equal(SampleImage.Label, label.Text.Trim());
        // What udev links /dev/disk/by-label to.
        Assert.Contains($"ID_FS_LABEL_ENC={SampleImage.Label}", probe.Lines);
        Assert.Contains("ID_FS_UUID=2000-01-01-00-00-00-00", probe.Lines);
        Assert.Contains("ID_FS_VERSION=Joliet\\x20Extension", probe.Lines);
    }

    [Theory]
    [InlineData("label")]
    [InlineData("exactly-16-chars")]
    [InlineData("seventeen-letters")]
    [InlineData("UPPER and lower, 32 characters !")]
    public async Task Blkid_reports_any_label_whole(string label)
    {
        var path = Path.Combine(sample.Extraction(), "label.iso");
        await File.WriteAllBytesAsync(path, new IsoImage(label).ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(label, (await Tool.BlkId.RunAsync("-p", "-o", "value", "-s", "LABEL", path)).Text.TrimEnd('\n'));
    }

    [Fact]
    public async Task File_tells_the_label()
    {
        var description = await Tool.File.RunAsync("-b", sample.Path);

        Assert.Contains($"ISO 9660 CD-ROM filesystem data '{SampleImage.Label}'", description.Text, StringComparison.Ordinal);
    }
}

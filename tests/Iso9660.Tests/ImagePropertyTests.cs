using CsCheck;
using Iso9660.Tests.Reading;

namespace Iso9660.Tests;

public sealed class ImagePropertyTests
{
    private const int Iterations = 100;

    [Fact]
    public void Every_file_is_found_through_both_hierarchies_and_nothing_else() => FileLists.Any.Sample(
        files =>
        {
            var reader = new IsoReader(files.ToImage());
            AssertHolds(files, reader.Primary);
            AssertHolds(files, reader.Joliet);
        },
        iter: Iterations);

    [Fact]
    public void The_order_in_which_files_are_added_leaves_no_trace() => FileLists.Any.Sample(
        files => Assert.Equal(files.ToImage(), files.Reverse().ToImage()),
        iter: Iterations);

    [Fact]
    public void No_extent_overlaps_another_or_leaves_the_image() => FileLists.Any.Sample(
        files =>
        {
            var image = files.ToImage();
            var extents = new IsoReader(image).Extents;
            Assert.All(extents.Zip(extents.Skip(1)), pair => Assert.True(pair.First.Last < pair.Second.First, $"{pair}"));
            Assert.True(extents[^1].Last < image.Length / 2048);
        },
        iter: Iterations);

    [Fact]
    public void A_name_is_accepted_or_refused_with_one_clear_line() => Gen.String.Sample(name =>
    {
        try
        {
            var reader = new IsoReader(new IsoImage("label").AddFile(name, new byte[] { 1 }).ToArray());
            Assert.Equal(name, reader.Joliet.Files.Single().Name);
        }
        catch (ArgumentException refusal)
        {
            Assert.DoesNotContain('\n', refusal.Message);
        }
    });

    private static void AssertHolds(Dictionary<string, byte[]> files, ReadVolume volume)
    {
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), volume.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.All(volume.Files, file => Assert.Equal(files[file.Name], file.Contents));
    }
}

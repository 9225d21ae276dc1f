using CsCheck;
using Iso9660.Tests.Reading;

namespace Iso9660.Tests;

public sealed class ImagePropertyTests
{
    private const int Iterations = 100;

    [Fact]
    public void Every_file_and_directory_is_found_through_both_hierarchies() => Trees.Tree.Sample(
        tree =>
        {
            var reader = new IsoReader(Trees.Image(tree).ToArray());
            AssertHolds(tree, reader.Primary);
            AssertHolds(tree, reader.Joliet);
        },
        iter: Iterations);

    [Fact]
    public void The_order_in_which_files_are_added_leaves_no_trace() => Trees.Tree.Sample(
        tree => Assert.Equal(Trees.Image(tree).ToArray(), Trees.Image(tree.Reverse()).ToArray()),
        iter: Iterations);

    [Fact]
    public void No_extent_overlaps_another_or_leaves_the_image() => Trees.Tree.Sample(
        tree =>
        {
            var image = Trees.Image(tree).ToArray();
            var extents = new IsoReader(image).Extents;
            Assert.All(extents.Zip(extents.Skip(1)), pair => Assert.True(pair.First.Last < pair.Second.First, $"{pair}"));
            Assert.True(extents[^1].Last < image.Length / 2048);
        },
        iter: Iterations);

    [Fact]
    public void Path_tables_list_the_directories_by_level_parent_and_identifier() => Trees.Tree.Sample(
        tree =>
        {
            var reader = new IsoReader(Trees.Image(tree).ToArray());
            AssertPathTable(reader.Primary);
            AssertPathTable(reader.Joliet);
        },
        iter: Iterations);

    [Fact]
    public void A_stream_gets_the_same_bytes_as_an_array() => Trees.Tree.Sample(
        tree =>
        {
            using var stream = new MemoryStream();
            Trees.Image(tree).WriteTo(stream);
            Assert.Equal(Trees.Image(tree).ToArray(), stream.ToArray());
        },
        iter: Iterations);

    [Fact]
    public void A_path_is_accepted_or_refused_with_one_clear_line() => Gen.String.Sample(path =>
    {
        try
        {
            var reader = new IsoReader(new IsoImage("label").AddFile(path, new byte[] { 1 }).ToArray());
            Assert.Equal(path, reader.Joliet.Entries.Single(entry => entry.Contents is not null).Path);
        }
        catch (ArgumentException refusal)
        {
            Assert.DoesNotContain('\n', refusal.Message);
        }
    });

    private static void AssertHolds(IReadOnlyDictionary<string, byte[]?> tree, ReadVolume volume)
    {
        var files = volume.Entries.Where(entry => entry.Contents is not null).ToDictionary(entry => entry.Path, entry => entry.Contents!);
        var expected = tree.Where(item => item.Value is not null).ToList();
        Assert.Equal(expected.Count, files.Count);
        Assert.All(expected, item => Assert.Equal(item.Value, files[item.Key]));
        Assert.Equal(
            Trees.Directories(tree).Order(StringComparer.Ordinal),
            volume.Entries.Where(entry => entry.Contents is null).Select(entry => entry.Path).Order(StringComparer.Ordinal));
    }

    private static void AssertPathTable(ReadVolume volume)
    {
        var table = volume.PathTable;
        Assert.Equal(new PathTableEntry(volume.RootSector, 1, "00"), table[0]);

        var listed = table.Skip(1).Select(entry => (entry.Sector, Parent: table[entry.Parent - 1].Sector, entry.HexIdentifier));
        var found = volume.Entries
            .Where(entry => entry.Record.IsDirectory)
            .Select(entry => (entry.Record.Sector, Parent: entry.ParentSector, Convert.ToHexString(entry.Record.RawIdentifier)));
        Assert.Equal(found.Order(), listed.Order());

        // Parents are numbered level by level, so order by parent is order by level too.
        Assert.Equal(
            table.Skip(1).OrderBy(entry => entry.Parent).ThenBy(entry => entry.HexIdentifier, StringComparer.Ordinal),
            table.Skip(1));
    }
}

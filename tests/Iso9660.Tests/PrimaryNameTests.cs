using CsCheck;
using Iso9660.Naming;

namespace Iso9660.Tests;

public sealed class PrimaryNameTests
{
    [Theory]
    [InlineData("instance.json", "INSTANCE.JSON;1")]
    [InlineData("README", "README.;1")]
    [InlineData(".bashrc", "_BASHRC.;1")]
    [InlineData("a.tar.gz", "A_TAR.GZ;1")]
    [InlineData("user-data", "USER_DATA.;1")]
    [InlineData("naïve.txt", "NA_VE.TXT;1")]
    [InlineData("a.very-long-extension", "A.VERY_LON;1")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789.txt", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0.TXT;1")]
    public void A_file_gets_a_level_2_identifier(string name, string identifier) => Assert.Equal([identifier], Files(name));

    [Fact]
    public void A_directory_has_neither_extension_nor_version()
    {
        var root = new DirectoryNode("");
        root.Add(new DirectoryNode("conf.d"));

        Assert.Equal(["CONF_D"], Identifiers(root));
    }

    [Fact]
    public void Names_that_would_become_the_same_are_numbered() =>
        Assert.Equal(["A_B.TXT;1", "A_B_1.TXT;1", "A_B_2.TXT;1"], Files("a b.txt", "a-b.txt", "A_B.TXT"));

    [Fact]
    public void A_number_is_not_given_to_two() =>
        Assert.Equal(["A.;1", "A_1.;1", "A_1_1.;1", "A_2.;1"], Files("A", "A_1", "a", "a_1"));

    [Fact]
    public void A_file_and_a_directory_do_not_differ_by_a_dot_alone()
    {
        var root = new DirectoryNode("");
        root.Add(new DirectoryNode("a"));
        root.Add(new FileNode("A", default));

        Assert.Equal(["A.;1", "A_1"], Identifiers(root));
    }

    [Fact]
    public void Every_identifier_is_valid_unique_and_in_order() => Trees.Name.HashSet[0, 60].Sample(names =>
    {
        var root = new DirectoryNode("");
        foreach (var (name, index) in names.Select((name, index) => (name, index)))
        {
            root.Add(index % 3 == 0 ? new DirectoryNode(name) : new FileNode(name, default));
        }

        var named = new PrimaryScheme().Identify(root);

        Assert.Equal(named.Order(), named);
        Assert.Equal(named.Count, named.Select(item => $"{item.Name}.{item.Extension}").Distinct().Count());
        Assert.All(named, item => Assert.Matches(
            item.Node is FileNode ? "^(?=.{4,33}$)[A-Z0-9_]{1,30}[.][A-Z0-9_]{0,8};1$" : "^[A-Z0-9_]{1,31}$",
            System.Text.Encoding.ASCII.GetString(item.Identifier)));
    });

    private static IEnumerable<string> Files(params string[] names)
    {
        var root = new DirectoryNode("");
        foreach (var name in names)
        {
            root.Add(new FileNode(name, default));
        }

        return Identifiers(root);
    }

    private static IEnumerable<string> Identifiers(DirectoryNode root) =>
        new PrimaryScheme().Identify(root).Select(named => System.Text.Encoding.ASCII.GetString(named.Identifier));
}

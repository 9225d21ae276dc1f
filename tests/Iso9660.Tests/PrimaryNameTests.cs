using System.Text;
using CsCheck;

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
    public void A_file_gets_a_level_2_identifier(string name, string identifier) => Assert.Equal([identifier], Identifiers(name));

    [Fact]
    public void Names_that_would_become_the_same_are_numbered() =>
        Assert.Equal(["A_B.TXT;1", "A_B_1.TXT;1", "A_B_2.TXT;1"], Identifiers("A_B.TXT", "a b.txt", "a-b.txt"));

    [Fact]
    public void Long_names_that_would_become_the_same_are_shortened_for_their_numbers() => Assert.Equal(
        ["ABCDEFGHIJKLMNOPQRSTUVWXYZ0.TXT;1", "ABCDEFGHIJKLMNOPQRSTUVWXY_1.TXT;1"],
        Identifiers("abcdefghijklmnopqrstuvwxyz0123456789.txt", "abcdefghijklmnopqrstuvwxyz0987654321.txt"));

    [Fact]
    public void A_number_is_not_given_to_two() =>
        Assert.Equal(["A.;1", "A_1.;1", "A_1_1.;1", "A_2.;1"], Identifiers("A", "A_1", "a", "a_1"));

    [Fact]
    public void Every_identifier_is_valid_unique_and_in_order() => FileLists.Name.HashSet[0, 60].Sample(names =>
    {
        var identifiers = Identifiers([.. names]);

        Assert.All(identifiers, identifier => Assert.Matches("^(?=.{4,33}$)[A-Z0-9_]{1,30}[.][A-Z0-9_]{0,8};1$", identifier));

        // SEPARATOR 1 sorts before all d-characters, as what fills a shorter name up does.
        var withoutVersion = identifiers.Select(identifier => identifier[..^2]).ToList();
        Assert.Equal(withoutVersion.Distinct().Order(StringComparer.Ordinal), withoutVersion);
    });

    private static List<string> Identifiers(params string[] names) =>
        [.. FileIdentifier.Primary(names).Select(identifier => Encoding.ASCII.GetString(identifier.Bytes))];
}

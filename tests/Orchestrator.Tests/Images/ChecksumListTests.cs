using CsCheck;
using Orchestrator.Images;

namespace Orchestrator.Tests.Images;

public sealed class ChecksumListTests
{
    private static readonly string One = new('a', 64);
    private static readonly string Two = new('B', 64);

    [Theory]
    [InlineData("{1}  x.qcow2\n{2}  y.qcow2")]
    [InlineData("{1} *x.qcow2\r\n{2} *y.qcow2\r\n")]
    [InlineData("{1}  ./x.qcow2\n")]
    [InlineData("SHA256 (x.qcow2) = {1}\nSHA256 (y.qcow2) = {2}\n")]
    [InlineData("SHA512 (x.qcow2) = {1}{2}\nSHA256 (x.qcow2) = {1}\n")]
    [InlineData("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# x.qcow2: 7 bytes\nSHA256 (x.qcow2) = {1}\n-----BEGIN PGP SIGNATURE-----\n{2}\n")]
    [InlineData("{1}  x.qcow2\n{1}  x.qcow2\n")]
    public void A_file_is_found_by_its_name(string list)
    {
        Assert.Equal(One, ChecksumList.Find(Fill(list), "x.qcow2", out var problem)?.Hex);
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("", "does not list x.qcow2")]
    [InlineData("{1}  x.qcow2.xz\n{1}  dir/x.qcow2\n{1} x.qcow2\n{1}\tx.qcow2\n", "does not list x.qcow2")]
    [InlineData("{1}{2}  x.qcow2\n", "of another kind only")]
    [InlineData("{1}  x.qcow2\n{2}  x.qcow2\n", "with 2 digests")]
    public void A_list_that_does_not_say_it_says_why(string list, string words)
    {
        Assert.Null(ChecksumList.Find(Fill(list), "x.qcow2", out var problem));
        Assert.Contains(words, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_list_says_is_a_digest_or_a_problem() => Gen.Char["ab01 *()=\n\r#SHA256x"].Array[0, 200].Sample(text =>
        (ChecksumList.Find(new string(text), "x", out var problem) is null) == (problem is not null));

    private static string Fill(string list) => list.Replace("{1}", One, StringComparison.Ordinal).Replace("{2}", Two, StringComparison.Ordinal);
}

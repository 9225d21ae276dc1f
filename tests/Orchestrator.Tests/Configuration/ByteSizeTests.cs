using System.Text.RegularExpressions;
using CsCheck;
using Orchestrator.Configuration;

namespace Orchestrator.Tests.Configuration;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("512", 512)]
    [InlineData("512b", 512)]
    [InlineData("1k", 1024)]
    [InlineData("1K", 1024)]
    [InlineData("1.5G", 1_610_612_736)]
    [InlineData("0.125m", 131_072)]
    [InlineData("2T", 2_199_023_255_552)]
    [InlineData("3P", 3_377_699_720_527_872)]
    [InlineData("7E", 8_070_450_532_247_928_832)]
    [InlineData("7.999999999E", 9_223_372_035_701_883_961, false)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", 0, false)]
    [InlineData("8E", 0, false)]
    [InlineData("9999999999999999999E", 0, false)]
    [InlineData("", 0, false)]
    [InlineData("G", 0, false)]
    [InlineData(".5G", 0, false)]
    [InlineData("5.G", 0, false)]
    [InlineData("1.5", 0, false)]
    [InlineData("1.5B", 0, false)]
    [InlineData("0.1K", 0, false)]
    [InlineData("+1", 0, false)]
    [InlineData("-1", 0, false)]
    [InlineData("1e3", 0, false)]
    [InlineData("0x10", 0, false)]
    [InlineData("1 G", 0, false)]
    [InlineData("1GB", 0, false)]
    [InlineData("1GiB", 0, false)]
    [InlineData("1,5G", 0, false)]
    [InlineData("١G", 0, false)]
    public void Sizes_are_written_as_for_QEMU(string text, long bytes, bool isSize = true)
    {
        Assert.Equal(isSize, ByteSize.TryParse(text, out var size));
        if (isSize)
        {
            Assert.Equal(bytes, size.Bytes);
        }
    }

    [Fact]
    public void The_exact_form_reads_back() => Gen.Long[0, long.MaxValue].Sample(bytes =>
        ByteSize.TryParse(new ByteSize(bytes).ToExactString(), out var read) && read.Bytes == bytes);

    [Fact]
    public void Whatever_is_read_matches_the_schema_pattern() =>
        Gen.String[Gen.OneOf('0', '1', '9', '.', 'K', 'g', 'B', 'e', ' ', 'x'), 0, 8].Sample(text =>
            !ByteSize.TryParse(text, out _) || Regex.IsMatch(text, ByteSize.Pattern, RegexOptions.ECMAScript));

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1000, "1000 bytes")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1_610_612_736, "1.5 GiB")]
    [InlineData(85_899_345_920, "80 GiB")]
    [InlineData(long.MaxValue, "8 EiB")]
    public void People_read_binary_units(long bytes, string shown) => Assert.Equal(shown, new ByteSize(bytes).ToString());
}

using CsCheck;

namespace Iso9660.Tests;

public sealed class FieldTests
{
    [Fact]
    public void A_16_bit_number_is_recorded_in_both_orders()
    {
        var field = new byte[BothEndian.Size16];
        BothEndian.Write16(field, 0x1234);

        Assert.Equal([0x34, 0x12, 0x12, 0x34], field);
    }

    [Fact]
    public void A_32_bit_number_is_recorded_in_both_orders()
    {
        var field = new byte[BothEndian.Size32];
        BothEndian.Write32(field, 0x12345678);

        Assert.Equal([0x78, 0x56, 0x34, 0x12, 0x12, 0x34, 0x56, 0x78], field);
    }

    [Fact]
    public void Both_orders_mirror_each_other_for_every_number() => Gen.UInt.Sample(value =>
    {
        var field = new byte[BothEndian.Size32];
        BothEndian.Write32(field, value);
        return field.SequenceEqual(field.Reverse()) && BitConverter.ToUInt32(field) == value;
    });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2048, 1)]
    [InlineData(2049, 2)]
    [InlineData(int.MaxValue, 1 << 20)]
    public void Bytes_need_whole_sectors(int bytes, uint sectors) => Assert.Equal(sectors, Sector.Count(bytes));
}

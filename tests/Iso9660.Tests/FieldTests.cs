using CsCheck;
using Iso9660.Fields;

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

    [Fact]
    public void A_recording_time_is_seven_bytes_in_utc()
    {
        var field = new byte[RecordingTime.Size];
        RecordingTime.Write(field, new DateTimeOffset(2026, 3, 1, 1, 30, 59, TimeSpan.FromHours(2)));

        Assert.Equal([126, 2, 28, 23, 30, 59, 0], field);
    }

    [Fact]
    public void A_volume_time_is_sixteen_digits_and_an_offset()
    {
        var field = new byte[VolumeTime.Size];
        VolumeTime.Write(field, new DateTimeOffset(2026, 3, 1, 1, 30, 59, 250, TimeSpan.FromHours(2)));

        Assert.Equal("2026022823305925\0"u8, field);
    }

    [Fact]
    public void A_volume_time_that_is_not_specified_is_all_zero_digits()
    {
        var field = new byte[VolumeTime.Size];
        VolumeTime.Write(field, null);

        Assert.Equal("0000000000000000\0"u8, field);
    }

    [Fact]
    public void Ascii_text_is_filled_up_with_spaces()
    {
        var field = new byte[6];
        PaddedText.WriteAscii(field, "ab-c");

        Assert.Equal("ab-c  "u8, field);
    }

    [Fact]
    public void Ucs2_text_is_filled_up_with_wide_spaces_and_an_odd_byte_stays_zero()
    {
        var field = new byte[7];
        PaddedText.WriteUcs2(field, "é");

        Assert.Equal([0, 0xE9, 0, 0x20, 0, 0x20, 0], field);
    }

    [Fact]
    public void Ucs2_text_is_cut_where_the_field_ends()
    {
        var field = new byte[4];
        PaddedText.WriteUcs2(field, "abc");

        Assert.Equal([0, (byte)'a', 0, (byte)'b'], field);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2048, 1)]
    [InlineData(2049, 2)]
    public void Bytes_need_whole_sectors(long bytes, long sectors) => Assert.Equal(sectors, Sector.Count(bytes));
}

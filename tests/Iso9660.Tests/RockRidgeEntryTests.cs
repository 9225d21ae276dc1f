namespace Iso9660.Tests;

public sealed class RockRidgeEntryTests
{
    [Fact]
    public void Sp_announces_the_sharing_protocol_with_its_check_bytes() =>
        Assert.Equal([(byte)'S', (byte)'P', 7, 1, 0xBE, 0xEF, 0], SystemUseEntry.SharingProtocol());

    [Fact]
    public void Er_names_rock_ridge_and_counts_its_texts()
    {
        var entry = SystemUseEntry.ExtensionReference();

        Assert.Equal(entry.Length, entry[2]);
        Assert.Equal(entry.Length, 8 + entry[4] + entry[5] + entry[6]);
        Assert.Equal("RRIP_1991A"u8, entry.AsSpan(8, entry[4]));
    }

    [Fact]
    public void Px_holds_mode_and_links_in_both_orders_and_root_as_user_and_group()
    {
        var entry = SystemUseEntry.PosixAttributes(0x8100, links: 0x01020304);

        Assert.Equal("PX"u8, entry.AsSpan(0, 2));
        Assert.Equal(36, entry[2]);
        Assert.Equal([0x00, 0x81, 0, 0, 0, 0, 0x81, 0x00], entry[4..12]);
        Assert.Equal([4, 3, 2, 1, 1, 2, 3, 4], entry[12..20]);
        Assert.Equal(new byte[16], entry[20..36]);
    }

    [Fact]
    public void Nm_holds_the_name_in_utf8() =>
        Assert.Equal([(byte)'N', (byte)'M', 8, 1, 0, (byte)'a', 0xC3, 0xA9], SystemUseEntry.AlternateName("aé"));

    [Fact]
    public void Tf_holds_three_short_times()
    {
        var entry = SystemUseEntry.TimeStamps();

        Assert.Equal([(byte)'T', (byte)'F', 26, 1, 0x0E, 100, 1, 1, 0, 0, 0, 0], entry[..12]);
        Assert.Equal(entry[5..12], entry[12..19]);
        Assert.Equal(entry[5..12], entry[19..26]);
    }

    [Fact]
    public void Ce_says_sector_place_and_length()
    {
        var entry = SystemUseEntry.Continuation(30, 256, 237);

        Assert.Equal([(byte)'C', (byte)'E', 28, 1, 30, 0, 0, 0, 0, 0, 0, 30, 0, 1, 0, 0, 0, 0, 1, 0, 237, 0, 0, 0, 0, 0, 0, 237], entry);
    }
}

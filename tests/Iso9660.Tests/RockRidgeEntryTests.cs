using Iso9660.RockRidge;

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
    public void Px_holds_mode_links_user_and_group_in_both_orders()
    {
        var entry = SystemUseEntry.PosixAttributes(new PosixAttributes(0x8100, 1, 1000, 0x01020304));

        Assert.Equal("PX"u8, entry.AsSpan(0, 2));
        Assert.Equal(36, entry[2]);
        Assert.Equal([0x00, 0x81, 0, 0, 0, 0, 0x81, 0x00], entry[4..12]);
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 1], entry[12..20]);
        Assert.Equal([0xE8, 3, 0, 0, 0, 0, 3, 0xE8], entry[20..28]);
        Assert.Equal([4, 3, 2, 1, 1, 2, 3, 4], entry[28..36]);
    }

    [Fact]
    public void Nm_holds_the_name_in_utf8() =>
        Assert.Equal([(byte)'N', (byte)'M', 8, 1, 0, (byte)'a', 0xC3, 0xA9], SystemUseEntry.AlternateName("aé"));

    [Fact]
    public void Tf_holds_three_short_times()
    {
        var entry = SystemUseEntry.TimeStamps(IsoImage.DefaultTimestamp);

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

    [Fact]
    public void Entries_that_fit_stay_in_the_record()
    {
        var continuation = new ContinuationArea();
        var area = SystemUseArea.Create([new byte[30], new byte[20]], 50, continuation);

        Assert.Equal(50, area.Length);
        Assert.Equal(0u, continuation.Extent.Length);
    }

    [Fact]
    public void Entries_that_do_not_fit_leave_room_for_ce_and_go_on_elsewhere()
    {
        var continuation = new ContinuationArea();
        var area = SystemUseArea.Create([new byte[30], new byte[21]], 50, continuation);

        Assert.Equal(SystemUseEntry.ContinuationLength, area.Length);
        Assert.Equal(51u, continuation.Extent.Length);
    }

    [Fact]
    public void A_continuation_does_not_cross_into_another_sector()
    {
        var continuation = new ContinuationArea();

        Assert.Equal(0, continuation.Reserve(new byte[2000]));
        Assert.Equal(2048, continuation.Reserve(new byte[49]));
        Assert.Equal(2097, continuation.Reserve(new byte[1]));
    }
}

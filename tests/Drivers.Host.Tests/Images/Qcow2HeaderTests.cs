using CsCheck;
using Orchestrator.Drivers.Host.Images;

namespace Orchestrator.Drivers.Host.Tests.Images;

public sealed class Qcow2HeaderTests
{
    private const int HeaderLength = 100;

    [Fact]
    public void A_plain_image_is_read()
    {
        var header = Parse(new Qcow2Builder(size: 3L << 30));

        Assert.Equal((3, 3L << 30, 65536, 6), (header.Version, header.VirtualSize, header.ClusterSize, header.L1Entries));
        Assert.Null(header.BackingFile);
        Assert.Null(header.BackingFormat);
    }

    [Fact]
    public void A_version_2_image_is_read()
    {
        // Its header ends where version 3 goes on with features, so what lies there are extensions.
        var header = Parse(new Qcow2Builder().U32(4, 2).U64(72, 0).U32(96, 0).U32(100, 0));

        Assert.Equal(2, header.Version);
    }

    [Fact]
    public void A_backing_file_and_its_format_are_read()
    {
        var header = Parse(new Qcow2Builder().Extension(0x6803F857, new byte[144]).BackedBy("über,base.qcow2", "raw"));

        Assert.Equal(("über,base.qcow2", "raw"), (header.BackingFile, header.BackingFormat));
    }

    [Theory]
    [InlineData(4, 4u, "version 4")]
    [InlineData(20, 8u, "2^8 bytes")]
    [InlineData(20, 63u, "2^63 bytes")]
    [InlineData(32, 1u, "is encrypted")]
    [InlineData(32, 2u, "is encrypted")]
    [InlineData(36, 0u, "do not agree")]
    [InlineData(36, 0xFFFFFFFFu, "do not agree")]
    [InlineData(56, 0u, "absurd size")]
    [InlineData(56, 0xFFFFu, "absurd size")]
    [InlineData(76, 2u, "marked as corrupt")]
    [InlineData(76, 4u, "external data file")]
    [InlineData(76, 0x40u, "unknown here (0x40)")]
    [InlineData(72, 0x80000000u, "unknown here")]
    [InlineData(96, 7u, "wider than 64 bits")]
    [InlineData(HeaderLength, 72u, "header of 72 bytes")]
    [InlineData(HeaderLength, 105u, "header of 105 bytes")]
    [InlineData(HeaderLength, 0xFFFFFFF8u, "header of 4294967288 bytes")]
    public void A_spoilt_field_is_named(int offset, uint value, string defect)
    {
        var refusal = Assert.Throws<ImageFormatException>(() => Parse(new Qcow2Builder().U32(offset, value)));

        Assert.Contains(defect, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(24, ulong.MaxValue, "its size is absurd")]
    [InlineData(24, (ulong)long.MaxValue, "do not agree")]
    [InlineData(40, 0x40000000ul, "beyond the end")]
    [InlineData(40, ulong.MaxValue - 65535, "beyond the end")]
    [InlineData(40, 65537ul, "misplaced")]
    [InlineData(40, 0ul, "misplaced")]
    [InlineData(48, 0x40000000ul, "beyond the end")]
    public void A_spoilt_size_or_place_is_named(int offset, ulong value, string defect)
    {
        var refusal = Assert.Throws<ImageFormatException>(() => Parse(new Qcow2Builder().U64(offset, value)));

        Assert.Contains(defect, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8UL, 10u)]
    [InlineData(65530UL, 10u)]
    [InlineData(ulong.MaxValue, 10u)]
    [InlineData(512UL, 1024u)]
    [InlineData(512UL, 0u)]
    public void A_misplaced_backing_file_name_is_refused(ulong offset, uint length)
    {
        var refusal = Assert.Throws<ImageFormatException>(
            () => Parse(new Qcow2Builder().BackedBy("base.qcow2").U64(8, offset).U32(16, length)));

        Assert.Contains("the name of its backing file is misplaced", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x44415441u, "external data file")]
    [InlineData(0x0537BE77u, "is encrypted")]
    public void An_extension_that_leads_elsewhere_is_refused(uint type, string why)
    {
        var refusal = Assert.Throws<ImageFormatException>(() => Parse(new Qcow2Builder().Extension(type, "/etc/shadow"u8.ToArray())));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_extension_that_overruns_the_header_is_refused() => Assert.Throws<ImageFormatException>(
        () => Parse(new Qcow2Builder().BackedBy("base.qcow2").U32(104, 1).U32(108, 0x7FFFFFFF)));

    [Theory]
    [InlineData(0, "", "an empty file")]
    [InlineData(0, "KDMV....", "a VMDK image")]
    [InlineData(0, "conectix", "a VHD image")]
    [InlineData(0x40, "\u007F\u0010\u00DA\u00BE", "a VirtualBox image")]
    [InlineData(0, "QED\0", "a QED image")]
    [InlineData(0, "LUKS\u00BA\u00BE", "a LUKS container")]
    [InlineData(0, "\u001F\u008B", "compressed with gzip")]
    [InlineData(0, "BZh9", "compressed with bzip2")]
    [InlineData(0, "PK\u0003\u0004", "a zip archive")]
    [InlineData(0, "7z\u00BC\u00AF\u0027\u001C", "a 7z archive")]
    [InlineData(257, "ustar", "a tar archive, as an OVA is one")]
    [InlineData(0x8001, "CD001", "an ISO 9660 image")]
    [InlineData(510, "U\u00AA\u0090\u0090HdrS", "a Linux kernel")]
    [InlineData(0, "\u007FELF", "a program or a kernel (ELF)")]
    [InlineData(0, "<!DOCTYPE html>", "a web page")]
    [InlineData(0, "<?xml version='1.0'?><Error>", "an XML document")]
    [InlineData(0, "version https://git-lfs.github.com/spec/v1", "a Git LFS pointer")]
    [InlineData(510, "U\u00AA", "a raw disk")]
    [InlineData(0x438, "S\u00EF", "an ext file system")]
    [InlineData(0, "whatever else", "something unknown")]
    public void What_is_no_qcow2_is_described(int offset, string signature, string description)
    {
        byte[] file = signature.Length == 0 ? [] : [.. new byte[offset], .. System.Text.Encoding.Latin1.GetBytes(signature)];

        var refusal = Assert.Throws<ImageFormatException>(() => Qcow2Header.Parse(file, file.Length));

        Assert.StartsWith($"is not a qcow2 image but {description}", refusal.Message, StringComparison.Ordinal);
        Assert.True(signature.Length == 0 || refusal.Message.Contains("; ", StringComparison.Ordinal), "what to do is missing");
    }

    [Fact]
    public void A_header_cut_anywhere_is_refused_or_read_and_nothing_else()
    {
        var image = new Qcow2Builder().BackedBy("base.qcow2").Build();
        for (var length = 0; length < 1024; length++)
        {
            TryParse(image[..length], length);
        }
    }

    [Fact]
    public void Whatever_bytes_a_header_has_it_is_refused_or_read_and_nothing_else() =>
        Gen.Select(Gen.Int[0, 600], Gen.Byte, Gen.Int[0, 600], Gen.Byte.Array[0, 64])
            .Sample((offset, value, blockOffset, block) =>
            {
                var image = new Qcow2Builder().BackedBy("base.qcow2").Build();
                image[offset] = value;
                block.CopyTo(image, blockOffset);

                // Random bytes there would be noticed as no qcow2 at once.
                image[0] = (byte)'Q';
                image[1] = (byte)'F';
                image[2] = (byte)'I';
                image[3] = 0xFB;
                TryParse(image, image.Length);
            });

    [Fact]
    public void Noise_is_refused_or_read_and_nothing_else() =>
        Gen.Select(Gen.Byte.Array[0, 2048], Gen.Long[0, long.MaxValue]).Sample((bytes, length) => TryParse(bytes, Math.Max(length, bytes.Length)));

    private static Qcow2Header Parse(Qcow2Builder image)
    {
        var bytes = image.Build();
        return Qcow2Header.Parse(bytes.AsSpan(0, Qcow2Header.MaxBytes), bytes.Length);
    }

    private static void TryParse(byte[] bytes, long fileLength)
    {
        try
        {
            var header = Qcow2Header.Parse(bytes.AsSpan(0, Math.Min(bytes.Length, Qcow2Header.MaxBytes)), fileLength);
            Assert.InRange(header.VirtualSize, 0, long.MaxValue);
            Assert.InRange(header.L1TableOffset + (header.L1Entries * 8L), 0, fileLength);
        }
        catch (ImageFormatException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }
}

using Orchestrator.Drivers;
using Orchestrator.Images;

namespace Orchestrator.Tests.Images;

public sealed class ImageContentTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("orchestrator-test-").FullName, "x");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Fact]
    public void A_disk_with_a_boot_sector_is_one()
    {
        Write(64 << 10);

        Assert.Equal(new ImageContent(null, null), ImageContent.Look("x", _file));
    }

    [Theory]
    [InlineData(2048)]
    [InlineData((64 << 10) + 1)]
    public void A_boot_sector_with_nothing_behind_it_is_none_nor_is_half_a_sector(int length)
    {
        Write(length);

        Assert.Equal(HostProblem.UnusableImage, Assert.Throws<HostException>(() => ImageContent.Look("x", _file)).Problem);
    }

    [Fact]
    public void An_installers_medium_is_none_though_it_has_a_boot_sector_too()
    {
        Write(64 << 10, (0x8001, "CD001"u8.ToArray()));

        Assert.Contains("x: what was downloaded is not a qcow2 image but an ISO 9660 image", Assert.Throws<HostException>(() => ImageContent.Look("x", _file)).Message, StringComparison.Ordinal);
    }

    private void Write(int length, params (int Offset, byte[] Content)[] parts)
    {
        var file = new byte[length];
        (file[510], file[511]) = (0x55, 0xAA);
        foreach (var (offset, content) in parts)
        {
            content.CopyTo(file, offset);
        }

        File.WriteAllBytes(_file, file);
    }
}

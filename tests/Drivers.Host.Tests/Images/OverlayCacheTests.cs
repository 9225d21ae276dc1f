using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers.Host.Images;

namespace Orchestrator.Drivers.Host.Tests.Images;

/// <summary>Overlays of the real <c>qemu-img</c>, and those that were kept of it.</summary>
[Trait("Category", "Integration")]
public sealed class OverlayCacheTests : IDisposable
{
    private const long Size = 1L << 30;
    private const string Image = "/images/base.qcow2";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("overlay-tests-");

    [Fact]
    public async Task The_next_run_of_an_image_needs_no_qemu_img()
    {
        using var made = await DraftAsync("/usr/bin/qemu-img");
        var content = Read(made);

        using var kept = Cache.Find(OverlayCache.KeyOf("/usr/bin/qemu-img", Image, Size), Image, Size);

        Assert.NotNull(kept);
        Assert.Equal(content, Read(kept));
        var file = Assert.Single(_directory.GetFiles());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
    }

    [Theory]
    [InlineData("/images/other.qcow2", Size)]
    [InlineData(Image, Size * 2)]
    public async Task What_was_kept_of_another_image_or_size_is_of_no_use(string image, long size)
    {
        using var made = await DraftAsync("/usr/bin/qemu-img");
        var key = OverlayCache.KeyOf("/usr/bin/qemu-img", Image, Size);

        Assert.Null(Cache.Find(key, image, size));
        Assert.NotEqual(key, OverlayCache.KeyOf("/usr/bin/qemu-img", image, size));
    }

    [Theory]
    [InlineData("nothing", 0)]
    [InlineData("nonsense", 4096)]
    [InlineData("half", 100)]
    public async Task What_was_kept_badly_is_made_anew(string what, int length)
    {
        using (await DraftAsync("/usr/bin/qemu-img"))
        {
        }

        var file = Assert.Single(_directory.GetFiles());
        var good = await File.ReadAllBytesAsync(file.FullName, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(
            file.FullName, what == "half" ? good[..length] : new byte[length], TestContext.Current.CancellationToken);

        using var made = await DraftAsync("/usr/bin/qemu-img");

        Assert.Equal(good, Read(made));
        Assert.Equal(good, await File.ReadAllBytesAsync(file.FullName, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_costs_only_time()
    {
        var file = Path.Combine(_directory.FullName, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        using var made = await Overlay.DraftAsync(
            "/usr/bin/qemu-img", new OverlayCache(file), Image, Size, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.NotEmpty(Read(made));
    }

    [Fact]
    public async Task Of_many_images_the_last_ones_stay()
    {
        using var made = await DraftAsync("/usr/bin/qemu-img");
        foreach (var number in Enumerable.Range(0, 40))
        {
            Cache.Keep($"{number:x16}", made);
        }

        Assert.Equal(32, _directory.GetFiles().Length);
        Assert.Contains(_directory.GetFiles(), file => file.Name.EndsWith($"{39:x16}", StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private OverlayCache Cache => new(_directory.FullName);

    private Task<SafeFileHandle> DraftAsync(string qemuImg) =>
        Overlay.DraftAsync(qemuImg, Cache, Image, Size, TimeProvider.System, TestContext.Current.CancellationToken);

    private static byte[] Read(SafeFileHandle file)
    {
        var content = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, content, 0);
        return content;
    }
}

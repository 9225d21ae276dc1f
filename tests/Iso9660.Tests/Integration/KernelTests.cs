namespace Iso9660.Tests.Integration;

/// <summary>The reader that matters most: the guest's is a Linux kernel.</summary>
[Trait("Category", "Integration")]
public sealed class KernelTests(SampleImage sample) : IClassFixture<SampleImage>
{
    [Theory]
    [InlineData("loop,ro")]
    [InlineData("loop,ro,norock,utf8,check=strict")]
    public async Task The_kernel_reads_every_file(string options)
    {
        await using var mount = await MountAsync(options);

        sample.AssertIsIn(mount.Directory);
    }

    [Fact]
    public async Task The_kernel_shows_owner_permissions_and_time()
    {
        await using var mount = await MountAsync("loop,ro");
        var file = Path.Combine(mount.Directory, "instance.json");

        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(mount.Directory, "same")));
        Assert.Equal(new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc), File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public async Task The_kernel_finds_instance_json_without_any_extension()
    {
        await using var mount = await MountAsync("loop,ro,norock,nojoliet");

        Assert.Equal(sample.Files["instance.json"], File.ReadAllBytes(Path.Combine(mount.Directory, "instance.json")));
        Assert.Equal(sample.Files.Count, Directory.EnumerateFiles(mount.Directory, "*", SearchOption.AllDirectories).Count());
    }

    private async Task<MountedImage> MountAsync(string options)
    {
        var directory = sample.Extraction();
        var mount = await Tool.Mount.TryAsync("-t", "iso9660", "-o", options, sample.Path, directory);
        Assert.SkipUnless(
            mount.ExitCode == 0,
            $"This machine mounts no images (it takes root, a loop device and the kernel's isofs): {mount.Error.Split('\n')[0]}");
        return new MountedImage(directory);
    }
}

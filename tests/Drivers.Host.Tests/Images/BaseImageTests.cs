using System.Diagnostics;
using Orchestrator.Drivers.Host.Images;

namespace Orchestrator.Drivers.Host.Tests.Images;

public sealed class BaseImageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("images-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_plain_image_has_a_size_and_no_backing_files()
    {
        var image = BaseImage.Inspect(new Qcow2Builder(5L << 30).WriteTo(_directory, "base.qcow2"));

        Assert.Equal(5L << 30, image.VirtualSize);
        Assert.Empty(image.BackingFiles);
    }

    [Fact]
    public void A_chain_beside_the_image_is_followed()
    {
        var bottom = Path.Combine(_directory, "bottom.raw");
        File.WriteAllBytes(bottom, new byte[4096]);
        var middle = new Qcow2Builder().BackedBy(bottom, "raw").WriteTo(_directory, "sub/middle, really.qcow2");
        var top = new Qcow2Builder().BackedBy("sub/middle, really.qcow2").WriteTo(_directory, "top.qcow2");

        Assert.Equal([middle, bottom], BaseImage.Inspect(top).BackingFiles);
    }

    [Fact]
    public void An_image_behind_a_symbolic_link_lives_where_it_lives()
    {
        new Qcow2Builder().WriteTo(_directory, "store/bottom.qcow2");
        var top = new Qcow2Builder().BackedBy("bottom.qcow2").WriteTo(_directory, "store/top.qcow2");
        var link = Path.Combine(_directory, "link.qcow2");
        File.CreateSymbolicLink(link, top);

        Assert.Equal(top, BaseImage.Inspect(link).Path);
    }

    [Theory]
    [InlineData("/etc/passwd", "raw", "outside the base image's directory")]
    [InlineData("../../../../../../etc/passwd", "raw", "outside the base image's directory")]
    [InlineData("escape", "raw", "outside the base image's directory")]
    [InlineData("json:{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}", "raw", "no plain file")]
    [InlineData("nbd:localhost:10809", "raw", "no plain file")]
    [InlineData("ssh://host/disk", "qcow2", "no plain file")]
    [InlineData("nothing.qcow2", "qcow2", "does not exist")]
    [InlineData("bottom.qcow2", null, "does not say what format")]
    [InlineData("bottom.qcow2", "vmdk", "a file of format vmdk")]
    [InlineData("top.qcow2", "qcow2", "by itself")]
    [InlineData("pipe", "raw", "is a FIFO")]
    [InlineData(".", "raw", "outside")]
    [InlineData("sub", "raw", "is a directory")]
    public void A_chain_that_could_lead_astray_is_refused(string backing, string? format, string why)
    {
        new Qcow2Builder().WriteTo(_directory, "images/bottom.qcow2");
        File.CreateSymbolicLink(Path.Combine(_directory, "images/escape"), "/etc/passwd");
        Directory.CreateDirectory(Path.Combine(_directory, "images/sub"));
        Tool.Run("mkfifo", Path.Combine(_directory, "images/pipe"));
        var image = new Qcow2Builder().BackedBy(backing, format).WriteTo(_directory, "images/top.qcow2");

        var refusal = Assert.Throws<HostException>(() => BaseImage.Inspect(image));

        Assert.Equal(HostProblem.UnusableImage, refusal.Problem);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_of_several_images_is_refused()
    {
        new Qcow2Builder().BackedBy("b.qcow2").WriteTo(_directory, "a.qcow2");
        new Qcow2Builder().BackedBy("a.qcow2").WriteTo(_directory, "b.qcow2");

        Assert.Contains("by itself", Refusal("a.qcow2").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_eight_is_followed_and_of_nine_refused()
    {
        new Qcow2Builder().WriteTo(_directory, "0.qcow2");
        for (var index = 1; index <= 8; index++)
        {
            new Qcow2Builder().BackedBy($"{index - 1}.qcow2").WriteTo(_directory, $"{index}.qcow2");
        }

        Assert.Equal(7, BaseImage.Inspect(Path.Combine(_directory, "7.qcow2")).BackingFiles.Count);
        Assert.Contains("more than 8 images", Refusal("8.qcow2").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_regular_file_is_refused_without_waiting()
    {
        Tool.Run("mkfifo", Path.Combine(_directory, "pipe"));

        Assert.Contains("is a FIFO", Refusal("pipe").Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", Refusal("").Message, StringComparison.Ordinal);
        Assert.Contains("is a character device", Refusal("/dev/zero").Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Refusal("nothing").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_whose_end_is_missing_is_refused()
    {
        var raw = Path.Combine(_directory, "disk.raw");
        var bytes = new byte[8 << 20];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(raw, bytes);
        var image = Path.Combine(_directory, "disk.qcow2");
        foreach (var option in (string[][])[[], ["-c"], ["-o", "extended_l2=on,cluster_size=128k"], ["-o", "compat=0.10"], ["-o", "cluster_size=2M"]])
        {
            Tool.Run("qemu-img", ["convert", .. option, "-f", "raw", "-O", "qcow2", raw, image]);
            Assert.Equal(bytes.Length, BaseImage.Inspect(image).VirtualSize);

            using (var file = File.OpenHandle(image, FileMode.Open, FileAccess.Write))
            {
                RandomAccess.SetLength(file, RandomAccess.GetLength(file) * 3 / 4);
            }

            Assert.Contains("truncated", Refusal("disk.qcow2").Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Looking_takes_no_time()
    {
        var image = new Qcow2Builder().WriteTo(_directory, "base.qcow2");
        BaseImage.Inspect(image);
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < 100; round++)
        {
            BaseImage.Inspect(image);
        }

        // A thousand times what it takes, so that a busy machine does not fail it.
        Assert.InRange(Stopwatch.GetElapsedTime(start) / 100, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void An_overlay_must_have_room_for_its_image()
    {
        var image = new Qcow2Builder(2L << 30).WriteTo(_directory, "base.qcow2");

        BaseImage.Inspect(image, 2L << 30);
        var refusal = Assert.Throws<ConfigurationException>(() => BaseImage.Inspect(image, 1L << 30));
        Assert.Contains("root-disk is 1G, but image", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("is 2G", refusal.Message, StringComparison.Ordinal);
    }

    private HostException Refusal(string name) => Assert.Throws<HostException>(() => BaseImage.Inspect(Path.Combine(_directory, name)));
}

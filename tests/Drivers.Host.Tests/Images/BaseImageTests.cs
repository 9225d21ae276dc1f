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
    public void A_chain_that_is_listed_is_followed_wherever_it_leads()
    {
        var bottom = new Qcow2Builder().WriteTo(_directory, "elsewhere/bottom.qcow2");
        var middle = new Qcow2Builder().BackedBy(bottom).WriteTo(_directory, "images/sub/middle, really.qcow2");
        var top = new Qcow2Builder().BackedBy("sub/middle, really.qcow2").WriteTo(_directory, "images/top.qcow2");
        var link = Path.Combine(_directory, "link.qcow2");
        File.CreateSymbolicLink(link, bottom);

        Assert.Equal([middle, bottom], BaseImage.Inspect(top, bottom, middle).BackingFiles);
        Assert.Equal([middle, bottom], BaseImage.Inspect(top, middle, link).BackingFiles);
        Assert.Equal(
            $"image {middle} is backed by {bottom}, which its instance does not list; if the guest may read that: \"backing\": [\"{bottom}\"]",
            Assert.Throws<HostException>(() => BaseImage.Inspect(top, middle)).Message);
    }

    [Fact]
    public void An_image_behind_a_symbolic_link_lives_where_it_lives()
    {
        new Qcow2Builder().WriteTo(_directory, "store/bottom.qcow2");
        var top = new Qcow2Builder().BackedBy("bottom.qcow2").WriteTo(_directory, "store/top.qcow2");
        var bottom = Path.Combine(_directory, "store/bottom.qcow2");
        var link = Path.Combine(_directory, "link.qcow2");
        File.CreateSymbolicLink(link, top);

        Assert.Equal(top, BaseImage.Inspect(link, bottom).Path);
    }

    [Theory]
    [InlineData("/etc/passwd", "raw", "is backed by the raw file /etc/passwd")]
    [InlineData("../../../../../../etc/passwd", "raw", "is backed by the raw file /etc/passwd")]
    [InlineData("escape", "raw", "is backed by the raw file /etc/passwd")]
    [InlineData("escape", "qcow2", "is backed by /etc/passwd, which its instance does not list")]
    [InlineData("bottom.qcow2", "raw", "is backed by the raw file")]
    [InlineData("other.qcow2", "qcow2", "does not list")]
    [InlineData("json:{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}", "raw", "no plain file")]
    [InlineData("nbd:localhost:10809", "raw", "no plain file")]
    [InlineData("ssh://host/disk", "qcow2", "no plain file")]
    [InlineData("nothing.qcow2", "qcow2", "does not exist")]
    [InlineData("bottom.qcow2", null, "does not say what format")]
    [InlineData("bottom.qcow2", "vmdk", "a file of format vmdk")]
    [InlineData("top.qcow2", "qcow2", "by itself")]
    [InlineData("pipe", "qcow2", "is a FIFO")]
    [InlineData(".", "qcow2", "does not list")]
    [InlineData("sub", "qcow2", "is a directory")]
    public void A_chain_that_could_lead_astray_is_refused(string backing, string? format, string why)
    {
        new Qcow2Builder().WriteTo(_directory, "images/bottom.qcow2");
        File.CreateSymbolicLink(Path.Combine(_directory, "images/escape"), "/etc/passwd");
        Directory.CreateDirectory(Path.Combine(_directory, "images/sub"));
        Tool.Run("mkfifo", Path.Combine(_directory, "images/pipe"));
        new Qcow2Builder().WriteTo(_directory, "images/other.qcow2");
        var image = new Qcow2Builder().BackedBy(backing, format).WriteTo(_directory, "images/top.qcow2");
        string[] listed = [.. new[] { "bottom.qcow2", "top.qcow2", "pipe", "sub" }.Select(name => Path.Combine(_directory, "images", name))];

        var refusal = Assert.Throws<HostException>(() => BaseImage.Inspect(image, listed));

        Assert.Equal(HostProblem.UnusableImage, refusal.Problem);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_of_several_images_is_refused()
    {
        new Qcow2Builder().BackedBy("b.qcow2").WriteTo(_directory, "a.qcow2");
        new Qcow2Builder().BackedBy("a.qcow2").WriteTo(_directory, "b.qcow2");

        Assert.Contains("by itself", Refusal("a.qcow2", "a.qcow2", "b.qcow2").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_eight_is_followed_and_of_nine_refused()
    {
        new Qcow2Builder().WriteTo(_directory, "0.qcow2");
        for (var index = 1; index <= 8; index++)
        {
            new Qcow2Builder().BackedBy($"{index - 1}.qcow2").WriteTo(_directory, $"{index}.qcow2");
        }

        string[] all = [.. Enumerable.Range(0, 9).Select(index => $"{index}.qcow2")];
        Assert.Equal(7, BaseImage.Inspect(Path.Combine(_directory, "7.qcow2"), [.. all.Select(name => Path.Combine(_directory, name))]).BackingFiles.Count);
        Assert.Contains("more than 8 images", Refusal("8.qcow2", all).Message, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("-f", "qcow2")]
    [InlineData("-f", "raw")]
    public void An_image_that_another_program_has_open_for_writing_is_refused(params string[] options)
    {
        var bottom = new Qcow2Builder().WriteTo(_directory, "bottom.qcow2");
        new Qcow2Builder().BackedBy("bottom.qcow2").WriteTo(_directory, "top.qcow2");

        using (Tool.Hold([.. options, bottom]))
        {
            var refusal = Refusal("top.qcow2", "bottom.qcow2");

            Assert.Equal(HostProblem.UnusableImage, refusal.Problem);
            Assert.StartsWith($"image {bottom} is open for writing in another program", refusal.Message, StringComparison.Ordinal);
        }

        BaseImage.Inspect(Path.Combine(_directory, "top.qcow2"), bottom);
    }

    [Theory]
    [InlineData("-r")]
    [InlineData("-r", "-U")]
    public void An_image_that_others_only_read_is_as_good_as_ever(params string[] options)
    {
        var image = new Qcow2Builder().WriteTo(_directory, "base.qcow2");
        var overlay = Path.Combine(_directory, "overlay.qcow2");
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image, overlay);

        using var reader = Tool.Hold([.. options, "-f", "qcow2", image]);
        using var machine = Tool.Hold("-f", "qcow2", overlay);

        BaseImage.Inspect(image);
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

        BaseImage.Inspect(Machine(2L << 30));
        var refusal = Assert.Throws<ConfigurationException>(() => BaseImage.Inspect(Machine(1L << 30)));
        Assert.Contains("root-disk is 1G, but image", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("is 2G", refusal.Message, StringComparison.Ordinal);

        MachineDescription Machine(long rootDiskBytes) => new()
        {
            Name = "vm-1",
            Architecture = GuestArchitecture.X64,
            Processors = 1,
            MemoryBytes = 64 << 20,
            RootDiskBytes = rootDiskBytes,
            BaseImagePath = image,
            Network = NetworkMode.None,
        };
    }

    private HostException Refusal(string name, params string[] listed) => Assert.Throws<HostException>(
        () => BaseImage.Inspect(Path.Combine(_directory, name), [.. listed.Select(one => Path.Combine(_directory, one))]));
}

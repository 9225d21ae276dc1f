using Orchestrator.Drivers.Host.Images;

namespace Orchestrator.Drivers.Host.Tests.Images;

/// <summary>Images that were looked at, and what a QEMU has opened by their paths since.</summary>
public sealed class OpenedImageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("opened-").FullName;
    private readonly string _top;
    private readonly string _bottom;

    public OpenedImageTests()
    {
        _bottom = new Qcow2Builder().WriteTo(_directory, "bottom.qcow2");
        _top = new Qcow2Builder().BackedBy("bottom.qcow2").WriteTo(_directory, "top.qcow2");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_QEMU_that_has_opened_what_was_looked_at_is_right_whatever_is_at_the_paths_by_now()
    {
        using var chain = Look();
        chain.RequireOpenedBy(qemu: null, []);
        using var qemu = Tool.Hold("-r", "-f", "qcow2", _top);
        Replace(_bottom);

        chain.RequireOpenedBy(qemu.Pid, []);
    }

    [Theory]
    [InlineData("top.qcow2", false)]
    [InlineData("top.qcow2", true)]
    [InlineData("bottom.qcow2", false)]
    [InlineData("bottom.qcow2", true)]
    public void An_image_that_was_replaced_is_named_with_the_remedy(string name, bool mayLook)
    {
        using var chain = Look();
        Replace(Path.Combine(_directory, name));
        using var qemu = Tool.Hold("-r", "-f", "qcow2", _top);

        var refusal = Assert.Throws<HostException>(() => chain.RequireOpenedBy(mayLook ? qemu.Pid : null, []));

        Assert.Equal(HostProblem.UnusableImage, refusal.Problem);
        Assert.Equal(
            $"image {_directory}/{name} was replaced or written to while its machine was being made; "
                + "replace images by renaming (mv), while no machine of theirs is being made, and run again",
            refusal.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_image_that_was_written_to_is_refused(bool mayLook)
    {
        using var chain = Look();
        using (var file = File.OpenHandle(_bottom, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, [0], Qcow2Builder.ClusterSize - 1);
        }

        using var qemu = Tool.Hold("-r", "-f", "qcow2", _top);

        var refusal = Assert.Throws<HostException>(() => chain.RequireOpenedBy(mayLook ? qemu.Pid : null, []));

        Assert.StartsWith($"image {_bottom} was replaced or written to", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_is_gone_is_refused()
    {
        using var chain = Look();
        File.Delete(_bottom);

        Assert.StartsWith($"image {_bottom} was replaced", Assert.Throws<HostException>(() => chain.RequireOpenedBy(qemu: null, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_QEMU_reads_beside_the_images_has_to_be_named_and_not_by_a_link_in_the_place_of_an_image()
    {
        var key = Path.Combine(_directory, "key");
        File.WriteAllBytes(key, new byte[1 << 20]);
        using var chain = Look();
        var (thief, saved) = (Path.Combine(_directory, "thief.qcow2"), Path.Combine(_directory, "saved"));
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={key},data_file_raw=on", thief, "1M");
        Tool.Run("cp", "-p", _bottom, saved);
        Tool.Run("cp", thief, _bottom);
        using var qemu = Tool.Hold("-r", "-f", "qcow2", _top);
        Tool.Run("cp", "-p", saved, _bottom);

        Refuse([]);
        Refuse([_top, _bottom, "/nowhere"]);
        chain.RequireOpenedBy(qemu.Pid, ["/nowhere", key]);
        File.CreateSymbolicLink(Path.Combine(_directory, "firmware"), key);
        chain.RequireOpenedBy(qemu.Pid, [Path.Combine(_directory, "firmware")]);
        File.Move(_bottom, _bottom + ".aside");
        File.CreateSymbolicLink(_bottom, key);
        Refuse([_top, _bottom]);

        void Refuse(string[] named) => Assert.StartsWith(
            $"image {_top} was written to while its machine was being made, or one beneath it: QEMU has opened {key}, which nothing names; ",
            Assert.Throws<HostException>(() => chain.RequireOpenedBy(qemu.Pid, named)).Message,
            StringComparison.Ordinal);
    }

    private BackingChain Look() => BackingChain.Open(_top, [_bottom]);

    private static void Replace(string path)
    {
        File.Copy(path, path + ".new");
        File.Move(path + ".new", path, overwrite: true);
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Base images that are missing, damaged, or made to read the host's files.</summary>
public sealed class ImageRefusalTests
{
    [Fact]
    public async Task A_missing_image_is_refused()
    {
        await using var bench = new Workbench();
        await RefuseAsync(bench, bench.PathOf("none.qcow2"), "does not exist");
    }

    [Fact]
    public async Task A_directory_is_no_image()
    {
        await using var bench = new Workbench();
        await RefuseAsync(bench, bench.Root, "a directory");
    }

    [Fact]
    public async Task A_device_is_no_image()
    {
        await using var bench = new Workbench();
        await RefuseAsync(bench, "/dev/zero", "a character device");
    }

    [Fact]
    public async Task A_FIFO_is_no_image_and_does_not_make_the_program_wait()
    {
        await using var bench = new Workbench();
        await bench.UseAsync("mkfifo", bench.PathOf("pipe"));
        await RefuseAsync(bench, bench.PathOf("pipe"), "a FIFO");
    }

    [Fact]
    public async Task A_raw_image_is_refused_with_the_command_that_converts_it()
    {
        await using var bench = new Workbench();
        var raw = await UseAsync(bench, "raw", path => ["qemu-img", "convert", "-O", "raw", Artifacts.Image, path]);
        await RefuseAsync(bench, raw, "qemu-img convert");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(100_000)]
    public async Task Garbage_is_refused(int bytes)
    {
        await using var bench = new Workbench();
        var path = bench.PathOf("garbage.qcow2");
        var garbage = new byte[bytes];
        new Random(1).NextBytes(garbage);
        await File.WriteAllBytesAsync(path, garbage, TestContext.Current.CancellationToken);
        await RefuseAsync(bench, path, path);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(512)]
    [InlineData(200_000)]
    [InlineData(5_000_000)]
    public async Task An_image_whose_download_broke_off_is_refused(int bytes)
    {
        await using var bench = new Workbench();
        var path = bench.PathOf("truncated.qcow2");
        await using (var whole = File.OpenRead(Artifacts.Image))
        {
            var start = new byte[bytes];
            await whole.ReadExactlyAsync(start, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(path, start, TestContext.Current.CancellationToken);
        }

        await RefuseAsync(bench, path, path);
    }

    [Fact]
    public async Task An_image_that_another_program_writes_to_is_refused()
    {
        await using var bench = new Workbench();
        var image = bench.PathOf("busy.qcow2");
        File.Copy(Artifacts.Image, image);
        using var writer = Process.Start(new ProcessStartInfo("qemu-io", ["-f", "qcow2", image]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await writer.StandardInput.WriteLineAsync("length");
        await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

        bench.Describe(change: instance => instance["image"] = image);
        (await bench.StartRun().EndAsync()).Exited(3).OnlyError(image, "is open for writing in another program");
        (await bench.Start("validate").EndAsync()).Exited(3).OnlyError(image, "is open for writing in another program");

        writer.StandardInput.Close();
        await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await bench.Start("validate").EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task An_image_with_an_external_data_file_is_refused()
    {
        await using var bench = new Workbench();
        var image = await UseAsync(
            bench,
            "external",
            path => ["qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={path}.data,data_file_raw=on", path, "8M"]);
        await RefuseAsync(bench, image, "data file");
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task An_image_that_is_backed_by_the_hosts_files_is_refused(string format)
    {
        await using var bench = new Workbench();
        var image = await UseAsync(
            bench, "thief", path => ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", format, "-b", "/etc/passwd", path, "8M"]);
        await RefuseAsync(bench, image, "/etc/passwd");
    }

    [Fact]
    public async Task An_image_that_is_backed_by_a_link_to_the_hosts_files_is_refused()
    {
        await using var bench = new Workbench();
        File.CreateSymbolicLink(bench.PathOf("innocent"), "/etc/passwd");
        var image = await UseAsync(
            bench, "thief", path => ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "innocent", path, "8M"]);
        await RefuseAsync(bench, image, "/etc/passwd");
    }

    [Fact]
    public async Task A_file_that_lies_below_the_image_is_not_read_by_a_guest_unless_the_instance_lists_it()
    {
        await using var bench = new Workbench();
        Directory.CreateDirectory(bench.PathOf(".private"));
        await File.WriteAllTextAsync(bench.PathOf(".private/id_rsa"), bench.Secret.Value, TestContext.Current.CancellationToken);
        var thief = await UseAsync(
            bench, "thief", path => ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", ".private/id_rsa", path, "8M"]);
        await RefuseAsync(bench, thief, bench.PathOf(".private/id_rsa"));

        var backing = await SectorGuest.MakeAsync(bench, SectorGuest.PowersOff);
        var image = await UseAsync(bench, "top.qcow2", path => ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", backing, path]);
        await RefuseAsync(bench, image, $"\"backing\": [\"{backing}\"]");
        bench.Describe(change: instance =>
        {
            instance["image"] = image;
            instance["backing"] = new JsonArray(backing);
        });
        (await bench.Start("validate").EndAsync()).Exited(0);
        (await bench.StartRun().EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task An_image_that_is_backed_by_a_server_is_refused()
    {
        await using var bench = new Workbench();
        var image = await UseAsync(
            bench,
            "thief",
            path => ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "nbd:localhost:10809", path, "8M"]);
        await RefuseAsync(bench, image, "nbd:localhost:10809");
    }

    [Fact]
    public async Task A_root_disk_smaller_than_the_image_is_refused_as_a_mistake_in_the_file()
    {
        await using var bench = new Workbench();
        bench.Describe(change: instance => instance["root-disk"] = "16M");
        (await bench.StartRun().EndAsync()).Exited(2).OnlyError("root-disk", Artifacts.Image);
        bench.AssertNothingLeft();
    }

    private static async Task RefuseAsync(Workbench bench, string image, string words)
    {
        bench.Describe(change: instance => instance["image"] = image);
        (await bench.StartRun().EndAsync()).Exited(3).OnlyError(image, words);
        (await bench.Start("validate").EndAsync()).Exited(3).OnlyError(image, words);
        bench.AssertNothingLeft();
    }

    private static async Task<string> UseAsync(Workbench bench, string name, Func<string, string[]> command)
    {
        var path = bench.PathOf(name);
        var words = command(path);
        await bench.UseAsync(words[0], words[1..]);
        return path;
    }
}

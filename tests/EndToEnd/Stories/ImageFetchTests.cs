using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories;

/// <summary>Base images that are downloaded, from a server that is slow, gone, wrong or hostile.</summary>
public sealed class ImageFetchTests : IDisposable
{
    private static readonly Lazy<byte[]> Tiny = new(() => File.ReadAllBytes(Artifacts.Image));

    private readonly FileHost _host = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Image => Tiny.Value;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task An_image_that_is_cut_short_is_fetched_to_its_end_without_its_beginning_once_more()
    {
        await using var bench = new Workbench();
        var url = _host.Serve("tiny.qcow2", Image);
        _host.CutAfter(5_000_000);

        var fetched = (await bench.Start("image", "fetch", url, "--sha256", Digest(Image)).EndAsync()).Exited(0);

        Assert.Equal(["/tiny.qcow2", "/tiny.qcow2 bytes=5000000-"], _host.Asked);
        Assert.Contains("going on from there", fetched.Error, StringComparison.Ordinal);
        Assert.Equal(PathOf(bench, Image), fetched.Output.Trim());
        Assert.Equal(Image, await File.ReadAllBytesAsync(PathOf(bench, Image), Token));
        AssertOnlyImages(bench, 1);
        var listed = JsonNode.Parse((await bench.Start("image", "list", "--json").EndAsync()).Exited(0).Output)!.AsArray();
        Assert.Equal("tiny.qcow2", Assert.Single(listed)!["name"]!.GetValue<string>());
        Assert.Equal("sha256:" + Digest(Image), listed[0]!["digest"]!.GetValue<string>());
        Assert.Equal(url, listed[0]!["source"]!.GetValue<string>());
        Assert.Equal(64L << 20, listed[0]!["virtual-bytes"]!.GetValue<long>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fetch_that_was_killed_goes_on_the_next_time_but_from_the_start_where_the_file_is_another_by_now(bool replaced)
    {
        await using var bench = new Workbench();
        var url = _host.Serve("tiny.qcow2", Image);
        _host.HoldAfter(3_000_000);
        var first = bench.Start("image", "fetch", url, "--sha256", Digest(Image));
        await _host.HeldAsync();
        await UntilAsync(() => Partial(bench) is { Length: 3_000_000 });

        StartedProgram.Kill(first.Pid);
        await first.EndAsync();
        Assert.Empty(Directory.GetFiles(Images(bench), "*.qcow2"));
        Assert.Equal("", (await bench.Start("image", "list").EndAsync()).Exited(0).Output.Split('\n')[1]);
        _host.Version = replaced ? "2" : "1";
        (await bench.Start("image", "fetch", url, "--sha256", Digest(Image)).EndAsync()).Exited(0);

        Assert.Equal(["/tiny.qcow2", "/tiny.qcow2 bytes=3000000-"], _host.Asked);
        Assert.Equal(Image, await File.ReadAllBytesAsync(PathOf(bench, Image), Token));
        AssertOnlyImages(bench, 1);
    }

    [Fact]
    public async Task Parts_that_do_not_fit_together_are_fetched_anew()
    {
        await using var bench = new Workbench();
        var url = _host.Serve("tiny.qcow2", Image);
        _host.HoldAfter(3_000_000);
        var first = bench.Start("image", "fetch", url, "--sha256", Digest(Image));
        await _host.HeldAsync();
        await UntilAsync(() => Partial(bench) is { Length: 3_000_000 });
        StartedProgram.Kill(first.Pid);
        await first.EndAsync();
        await using (var damaged = new FileStream(Partial(bench)!.FullName, FileMode.Open))
        {
            damaged.WriteByte(0);
        }

        (await bench.Start("image", "fetch", url, "--sha256", Digest(Image)).EndAsync()).Exited(0);

        Assert.Equal(["/tiny.qcow2", "/tiny.qcow2 bytes=3000000-", "/tiny.qcow2"], _host.Asked);
        Assert.Equal(Image, await File.ReadAllBytesAsync(PathOf(bench, Image), Token));
    }

    [Fact]
    public async Task What_was_killed_or_interrupted_is_removed_by_gc_and_by_its_digest()
    {
        await using var bench = new Workbench();
        var url = _host.Serve("tiny.qcow2", Image);
        foreach (var remove in (string[][])[["gc"], ["image", "rm", Digest(Image)]])
        {
            _host.HoldAfter(3_000_000);
            var fetch = bench.Start("image", "fetch", url, "--sha256", Digest(Image));
            await _host.HeldAsync();
            await UntilAsync(() => Partial(bench) is { Length: 3_000_000 });
            (await bench.Start("image", "rm", Digest(Image)).EndAsync()).Exited(3).OnlyError("another process is fetching it");
            (await bench.Start("gc").EndAsync()).Exited(0);
            Assert.NotNull(Partial(bench));

            fetch.Interrupt();
            Assert.Contains("goes on from there", (await fetch.EndAsync()).Exited(130).Error, StringComparison.Ordinal);
            Assert.Equal(3_000_000, Partial(bench)!.Length);
            (await bench.Start(remove).EndAsync()).Exited(0);
            Assert.Empty(Directory.GetFileSystemEntries(Images(bench)));
        }
    }

    [Fact]
    public async Task A_file_with_another_digest_is_removed_and_neither_unpacked_nor_looked_at()
    {
        await using var bench = new Workbench();
        var url = _host.Serve("tiny.qcow2.gz", [0x1F, 0x8B, .. "which is no gzip at all"u8]);

        var refused = (await bench.Start("image", "fetch", url, "--sha256", Digest(Image)).EndAsync()).Exited(3);

        refused.OneError("tiny.qcow2.gz", "not the file that was to be", Digest(Image));
        Assert.DoesNotContain("unpack", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Images(bench)));
    }

    [Fact]
    public async Task An_image_without_a_digest_is_not_even_asked_for()
    {
        await using var bench = new Workbench();
        var url = _host.Serve("tiny.qcow2", Image);

        (await bench.Start("image", "fetch", url).EndAsync()).Exited(2).OnlyError("tiny.qcow2", "--sha256");
        (await bench.Start("image", "fetch", "http://images.example/x.qcow2", "--sha256", Digest(Image)).EndAsync()).Exited(2).OnlyError("https");
        (await bench.Start("image", "fetch", "https://user:hunter2@images.example/x.qcow2", "--sha256", Digest(Image)).EndAsync()).Exited(2).OnlyError("user name");
        (await bench.Start("image", "fetch", url, "--sha256", "beef").EndAsync()).Exited(2).OnlyError("--sha256", "64 hexadecimal digits");

        Assert.Empty(_host.Asked);
    }

    [Theory]
    [InlineData("{0}  tiny.qcow2\n")]
    [InlineData("# published today\n{1}  other.qcow2\r\n{0} *tiny.qcow2\r\n")]
    [InlineData("SHA512 (tiny.qcow2) = {0}{0}\nSHA256 (tiny.qcow2) = {0}\n")]
    public async Task A_digest_is_looked_up_in_the_publishers_list(string list)
    {
        await using var bench = new Workbench();
        using var publisher = FileHost.OpenSecure(bench);
        var url = publisher.Serve("images/tiny.qcow2", Image);
        var sums = publisher.Serve("images/SHA256SUMS", Encoding.UTF8.GetBytes(string.Format(null, CompositeFormat.Parse(list), Digest(Image), Digest([1]))));

        (await bench.Start("image", "fetch", url, "--sha256sums", sums).EndAsync()).Exited(0);

        Assert.True(File.Exists(PathOf(bench, Image)));
    }

    [Theory]
    [InlineData("", "does not list tiny.qcow2")]
    [InlineData("{0}{0}  tiny.qcow2\n", "of another kind only")]
    [InlineData("{0}  tiny.qcow2\n{1}  tiny.qcow2\n", "with 2 digests")]
    public async Task A_list_that_does_not_say_it_is_refused(string list, string words)
    {
        await using var bench = new Workbench();
        using var publisher = FileHost.OpenSecure(bench);
        var url = publisher.Serve("tiny.qcow2", Image);
        var sums = publisher.Serve("SHA256SUMS", Encoding.UTF8.GetBytes(string.Format(null, CompositeFormat.Parse(list), Digest(Image), Digest([1]))));

        (await bench.Start("image", "fetch", url, "--sha256sums", sums).EndAsync()).Exited(3).OnlyError(sums, words);

        Assert.Equal(["/SHA256SUMS"], publisher.Asked);
    }

    [Fact]
    public async Task A_list_that_is_too_long_is_refused()
    {
        await using var bench = new Workbench();
        using var publisher = FileHost.OpenSecure(bench);
        var sums = publisher.Serve("SHA256SUMS", new byte[3 << 20]);

        (await bench.Start("image", "fetch", _host.Serve("tiny.qcow2", Image), "--sha256sums", sums).EndAsync()).Exited(3).OnlyError(sums, "longer than 1 MiB");
    }

    [Fact]
    public async Task A_list_of_somebody_on_this_host_or_of_a_server_that_cannot_say_who_it_is_is_not_believed()
    {
        await using var bench = new Workbench();
        using var publisher = FileHost.OpenSecure(bench);
        var url = _host.Serve("tiny.qcow2", Image);
        var list = Encoding.ASCII.GetBytes($"{Digest(Image)}  tiny.qcow2\n");

        (await FetchAsync(_host.Serve("SHA256SUMS", list))).Exited(2).OnlyError("--sha256sums", "https", "every user of this host");
        publisher.Redirect("SHA256SUMS", _host.Address + "/SHA256SUMS");
        (await FetchAsync(publisher.Address + "/SHA256SUMS")).Exited(3).OnlyError("sends us to " + _host.Address);
        bench.Environment.Remove("SSL_CERT_FILE");
        (await FetchAsync(publisher.Serve("SHA256SUMS", list))).Exited(3).OnlyError("no secure connection", "CA certificates");

        Assert.Empty(_host.Asked);

        Task<Outcome> FetchAsync(string sums) => bench.Start("image", "fetch", url, "--sha256sums", sums).EndAsync();
    }

    [Fact]
    public async Task A_redirect_is_followed_within_the_server_and_nowhere_else()
    {
        await using var bench = new Workbench();
        using var other = new FileHost();
        var elsewhere = other.Serve("tiny.qcow2", Image);
        _host.Serve("there/tiny.qcow2", Image);

        (await FetchAsync("/there/tiny.qcow2")).Exited(0);
        bench.Environment["ORCHESTRATOR_STATE_DIRECTORY"] = bench.PathOf("another");
        bench.StateDirectory = bench.PathOf("another");
        (await FetchAsync(elsewhere)).Exited(3).OnlyError("sends us to " + other.Address, "302");
        (await FetchAsync("https://images.example/x?key=hunter2")).Exited(3).OnlyError("sends us to https://images.example (302)");
        (await FetchAsync("http://images.example/x")).Exited(3).OnlyError("sends us to http://images.example (302)");
        (await FetchAsync("file:///etc/passwd")).Exited(3).OnlyError("sends us to file://");
        (await FetchAsync("/tiny.qcow2")).Exited(3).OnlyError("sends us on and on");

        Assert.Empty(other.Asked);
        Assert.Empty(Directory.GetFileSystemEntries(Images(bench)));

        Task<Outcome> FetchAsync(string target) => bench.Start("image", "fetch", _host.Redirect("tiny.qcow2", target), "--sha256", Digest(Image)).EndAsync();
    }

    [Fact]
    public async Task Two_fetches_of_one_image_at_once_are_one_download()
    {
        await using var bench = new Workbench();
        var url = _host.Serve("tiny.qcow2", Image);
        _host.HoldAfter(3_000_000);
        var first = bench.Start("image", "fetch", url, "--sha256", Digest(Image));
        await _host.HeldAsync();
        var second = bench.Start("image", "fetch", url, "--sha256", Digest(Image));
        await second.ErrorLineAsync("another process is fetching it");

        _host.Release();

        (await first.EndAsync()).Exited(0);
        (await second.EndAsync()).Exited(0);
        Assert.Equal(["/tiny.qcow2"], _host.Asked);
        AssertOnlyImages(bench, 1);
    }

    [Theory]
    [InlineData("raw", "raw", "cp {0} {1}")]
    [InlineData("raw.xz", "raw", "xz -0 --stdout {0} >{1}")]
    [InlineData("raw.zst", "raw", "zstd -q -1 --stdout {0} >{1}")]
    [InlineData("raw.gz", "raw", "gzip -1 --stdout {0} >{1}")]
    [InlineData("qcow2.gz", "qcow2", "gzip -1 --stdout {0} >{1}")]
    [InlineData("qcow2.xz", "qcow2", "xz -0 --stdout {0} >{1}")]
    public async Task What_is_packed_is_unpacked_and_a_raw_disk_becomes_a_qcow2_image(string published, string format, string pack)
    {
        await using var bench = new Workbench();
        var disk = await SectorGuest.MakeAsync(bench, SectorGuest.PowersOff);
        await bench.UseAsync("qemu-img", "convert", "-O", format, disk, bench.PathOf("disk"));
        await bench.UseAsync("sh", "-c", string.Format(null, CompositeFormat.Parse(pack), bench.PathOf("disk"), bench.PathOf("packed")));
        var file = await File.ReadAllBytesAsync(bench.PathOf("packed"), Token);

        // By what it is, not by what it is called.
        var fetched = (await bench.Start("image", "fetch", _host.Serve("disk", file), "--sha256", Digest(file)).EndAsync()).Exited(0);

        Assert.Equal(PathOf(bench, file), fetched.Output.Trim());
        await bench.UseAsync("qemu-img", "compare", disk, PathOf(bench, file));
        AssertOnlyImages(bench, 1);
        var info = JsonNode.Parse((await bench.Start("image", "info", "disk", "--json").EndAsync()).Exited(0).Output)!;
        Assert.Equal(published, info["format"]!.GetValue<string>());
        bench.Describe(change: instance => instance["image"] = PathOf(bench, file));
        (await bench.StartRun().EndAsync()).Exited(0);
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task What_is_no_disk_or_names_the_hosts_files_is_refused_and_removed()
    {
        await using var bench = new Workbench();
        await bench.UseAsync("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd", bench.PathOf("thief"), "8M");
        await bench.UseAsync("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={bench.PathOf("data")},data_file_raw=on", bench.PathOf("external"), "8M");
        await RefuseAsync(await File.ReadAllBytesAsync(bench.PathOf("thief"), Token), "is backed by /etc/passwd");
        await RefuseAsync(await File.ReadAllBytesAsync(bench.PathOf("external"), Token), "external data file");
        await RefuseAsync("<!DOCTYPE html>"u8.ToArray(), "a web page");
        await RefuseAsync(Image[..^1_000_000], "truncated");
        await RefuseAsync([0xFD, .. "7zXZ\0"u8, .. "and nothing of it"u8], "xz cannot unpack it");
        await RefuseAsync([0x1F, 0x8B, .. "and nothing of it"u8], "not as gzip writes it");
        await RefuseAsync([], "an empty file");

        async Task RefuseAsync(byte[] file, string words)
        {
            (await bench.Start("image", "fetch", _host.Serve("x", file), "--sha256", Digest(file)).EndAsync()).Exited(3).OneError("x: ", words);
            Assert.Empty(Directory.GetFileSystemEntries(Images(bench)));
        }
    }

    [Fact]
    public async Task What_becomes_too_long_is_refused_packed_and_unpacked()
    {
        await using var bench = new Workbench();
        bench.Environment["ORCHESTRATOR_IMAGES__MAX_MEGABYTES"] = "4";
        await bench.UseAsync("sh", "-c", $"truncate -s 200M {bench.PathOf("zeros")} && xz -0 {bench.PathOf("zeros")}");
        var bomb = await File.ReadAllBytesAsync(bench.PathOf("zeros.xz"), Token);

        (await bench.Start("image", "fetch", _host.Serve("bomb.xz", bomb), "--sha256", Digest(bomb)).EndAsync()).Exited(3).OneError("bomb.xz", "longer than 4 MiB", "images.max-megabytes");
        (await bench.Start("gc").EndAsync()).Exited(0);
        (await bench.Start("image", "fetch", _host.Serve("long", Image), "--sha256", Digest(Image)).EndAsync()).Exited(3).OneError("long", "longer than 4 MiB");
        _host.TellsLengths = false;
        (await bench.Start("image", "fetch", _host.Serve("long", Image), "--sha256", Digest(Image)).EndAsync()).Exited(3).OneError("long", "longer than 4 MiB");

        Assert.Empty(Directory.GetFileSystemEntries(Images(bench)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_disk_is_one_line_and_what_was_there_stays(bool tellsLengths)
    {
        await using var bench = new Workbench();
        using var small = SmallFileSystem.MountOrSkip(bench.StateDirectory, "size=8m,mode=700");
        var guest = await File.ReadAllBytesAsync(await SectorGuest.MakeAsync(bench, SectorGuest.PowersOff), Token);
        (await bench.Start("image", "fetch", _host.Serve("guest", guest), "--sha256", Digest(guest)).EndAsync()).Exited(0);
        var before = Directory.GetFileSystemEntries(Images(bench)).Order().ToList();
        _host.TellsLengths = tellsLengths;

        (await bench.Start("image", "fetch", _host.Serve("tiny.qcow2", Image), "--sha256", Digest(Image)).EndAsync()).Exited(3).OneError("--state-dir", "free some");

        Assert.Equal(before, Directory.GetFileSystemEntries(Images(bench)).Order());
        Assert.Equal(guest, await File.ReadAllBytesAsync(PathOf(bench, guest), Token));
    }

    [Fact]
    public async Task The_longest_unused_image_goes_when_there_are_too_many_and_one_in_use_stays()
    {
        await using var bench = new Workbench();
        bench.Environment["ORCHESTRATOR_IMAGES__MAX_MEGABYTES"] = "40";
        var used = await FetchAsync("used", 0);
        var old = await FetchAsync("old", 1);
        bench.Describe("""{ "tiny": { "finish": "hang" } }""", instance => instance["image"] = PathOf(bench, used));
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");

        var more = await FetchAsync("more", 2);

        Assert.False(File.Exists(PathOf(bench, old)));
        Assert.True(File.Exists(PathOf(bench, used)));
        Assert.True(File.Exists(PathOf(bench, more)));
        var refused = (await bench.Start("image", "rm", "used").EndAsync()).Exited(3);
        refused.OnlyError("image used", "in use by run", bench.Name);
        Assert.Contains(JsonNode.Parse((await bench.Start("image", "list", "--json").EndAsync()).Exited(0).Output)!.AsArray(), image => image!["used-by"]!.ToJsonString().Contains($"({bench.Name})", StringComparison.Ordinal));
        Assert.Matches($"(?m)^used .* run {Path.GetFileName(bench.RunDirectory)} \\({bench.Name}\\)(,|$)", (await bench.Start("image", "list").EndAsync()).Exited(0).Output);

        await run.InterruptAgainAsync();
        await run.InterruptAgainAsync();
        await run.EndAsync();
        (await bench.Start("image", "rm", "used").EndAsync()).Exited(0);
        Assert.False(File.Exists(PathOf(bench, used)));
        (await bench.Start("image", "rm", "used").EndAsync()).Exited(2).OnlyError("used", "image list");

        // Images that differ after their end, of which QEMU takes no notice.
        async Task<byte[]> FetchAsync(string name, byte end)
        {
            byte[] file = [.. Image, .. new byte[511], end];
            (await bench.Start("image", "fetch", _host.Serve(name, file), "--sha256", Digest(file)).EndAsync()).Exited(0);
            return file;
        }
    }

    [Fact]
    public async Task A_user_without_rights_fetches_an_image_and_runs_it()
    {
        await using var bench = new Workbench();
        var guest = await File.ReadAllBytesAsync(await SectorGuest.MakeAsync(bench, SectorGuest.PowersOff), Token);
        await bench.BecomeAsync("daemon");

        (await bench.Start("image", "fetch", _host.Serve("guest", guest), "--sha256", Digest(guest)).EndAsync()).Exited(0);
        bench.Describe(change: instance =>
        {
            instance["image"] = PathOf(bench, guest);
            instance["network"] = "none";
        });
        (await bench.StartRun().EndAsync()).Exited(0);

        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_doctor_and_whoever_asks_are_told_of_an_old_runner_and_a_builders_word_commands_no_terminal()
    {
        await using var bench = new Workbench();
        var image = await SectorGuest.MakeAsync(bench, SectorGuest.PowersOff);
        bench.Describe(change: instance => instance["image"] = image);
        await File.WriteAllTextAsync(
            image + ".json", """{ "made": "2024-01-02T03:04:05Z", "variant": "git\u001b[2Jhub", "runner": { "name": "actions-runner", "version": "2.311.0" } }""", Token);

        var info = (await bench.Start("image", "info", image).EndAsync()).Exited(0);
        Assert.Matches(@"(?m)^warning: .*its runner, actions-runner 2\.311\.0, was put into it \d{3,} days ago", info.Error);
        Assert.DoesNotContain('\e', info.Output);
        Assert.Contains("git\\u001b[2Jhub", info.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^warning: images: .*actions-runner 2\.311\.0", (await bench.Start("doctor").EndAsync()).Output);
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_has_no_such_file_is_one_line()
    {
        await using var bench = new Workbench();
        (await bench.Start("image", "fetch", _host.Address + "/none", "--sha256", Digest(Image)).EndAsync()).Exited(3).OnlyError("none: ", "no such file (404)");
        (await bench.Start("image", "fetch", "https://images.invalid/x", "--sha256", Digest(Image)).EndAsync()).Exited(3).OnlyError("x: ", "images.invalid");
        _host.Dispose();
        (await bench.Start("image", "fetch", _host.Address + "/x", "--sha256", Digest(Image)).EndAsync()).Exited(3).OnlyError("x: ", "no connection to 127.0.0.1");
        Assert.Empty(Directory.GetFileSystemEntries(Images(bench)));
    }

    [Theory]
    [InlineData("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\nabcde", "has not all of the file (206)")]
    [InlineData("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n", "has not all of the file (416)")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\nabc", "longer than 64 GiB")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "(204)")]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "sends us nowhere (302)")]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "try again later")]
    [InlineData("\u0001\u0002\r\n\r\n", "check the network and the URL")]
    [InlineData("", "check the network and the URL")]
    public async Task An_answer_that_has_no_file_is_one_line(string answer, string words)
    {
        await using var bench = new Workbench();
        using var server = new RawServer(answer);

        (await bench.Start("image", "fetch", $"http://{server.Authority}/x", "--sha256", Digest(Image)).EndAsync()).Exited(3).OnlyError("x: ", words);

        Assert.NotEqual(0, server.Asked);
        Assert.Empty(Directory.GetFileSystemEntries(Images(bench)));
    }

    private static string Images(Workbench bench) => Path.Combine(bench.StateDirectory, "images");

    private static string PathOf(Workbench bench, byte[] file) => Path.Combine(Images(bench), Digest(file) + ".qcow2");

    private static FileInfo? Partial(Workbench bench) => new DirectoryInfo(Images(bench)).GetFiles("*.part").SingleOrDefault();

    private static string Digest(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));

    private static void AssertOnlyImages(Workbench bench, int count)
    {
        var names = Directory.GetFileSystemEntries(Images(bench)).Select(path => Path.GetFileName(path)).ToList();
        Assert.Equal(count, names.Count(name => name.EndsWith(".qcow2", StringComparison.Ordinal)));
        Assert.Equal((2 * count) + 1, names.Count); // a note beside each, and the mark
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = ProcessControl.Deadline();
        while (!condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}

using Orchestrator.Drivers.Qemu.Machines;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>The config drive's medium in a real QEMU: in when it is started, and out for good when it is removed.</summary>
[Trait("Category", "Integration")]
public sealed class ConfigDriveTests : IAsyncDisposable
{
    // What /proc calls it.
    private const string Medium = "/memfd:config-media (deleted)";

    private readonly Workshop _workshop = new();

    [Fact]
    public async Task The_medium_is_a_file_in_memory_that_nobody_can_change_and_qemu_can_only_read()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(new byte[4096], Workshop.Token);

        var descriptors = MediaOf(Workshop.PidOf(spec.Id)!.Value);
        Assert.NotEmpty(descriptors);
        foreach (var descriptor in descriptors)
        {
            // The last digit of open(2)'s flags, in octal: O_RDONLY.
            Assert.EndsWith("0", InformationOf(descriptor, "flags:"), StringComparison.Ordinal);
        }

        // Other tests' media may be open here; this one is not.
        Assert.DoesNotContain(InformationOf(descriptors[0], "ino:"), MediaOf(Environment.ProcessId).Select(media => InformationOf(media, "ino:")));

        // Root can open anything for writing, and still write nothing to it.
        await using var writable = new FileStream(descriptors[0], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        Assert.Equal(4096, writable.Length);
        Assert.ThrowsAny<Exception>(() => writable.WriteByte(1));
    }

    [Fact]
    public async Task A_removed_medium_is_neither_in_the_drive_nor_open_in_qemu()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(new byte[4096], Workshop.Token);
        var pid = Workshop.PidOf(spec.Id)!.Value;
        Assert.Contains(Medium, OpenFiles(pid));

        await machine.RemoveConfigMediaAsync(Workshop.Token);

        Assert.DoesNotContain(Medium, OpenFiles(pid));
        await machine.RemoveConfigMediaAsync(Workshop.Token);

        // QEMU serves one at a time.
        await machine.DetachAsync();
        var drives = await Workshop.CommandAsync(spec, "query-block");
        var drive = drives.EnumerateArray().Single(device => device.GetProperty("qdev").GetString() == "config");
        Assert.False(drive.TryGetProperty("inserted", out _));
        var nodes = await Workshop.CommandAsync(spec, "query-named-block-nodes");
        Assert.DoesNotContain("config-media", nodes.EnumerateArray().Select(node => node.GetProperty("node-name").GetString()));
    }

    [Fact]
    public async Task Moving_the_tray_ourselves_is_no_event()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(new byte[4096], Workshop.Token);
        await machine.RemoveConfigMediaAsync(Workshop.Token);
        await machine.KillAsync(Workshop.Token);

        Assert.IsType<VmEvent.Stopped>(Assert.Single(await machine.Events.ToArrayAsync(Workshop.Token)));
        Assert.Contains("DEVICE_TRAY_MOVED", await ReadTranscriptAsync(spec), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_a_medium_has_an_empty_drive()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        await using var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);

        await machine.RemoveConfigMediaAsync(Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);
        await machine.RemoveConfigMediaAsync(Workshop.Token);

        Assert.DoesNotContain("blockdev-add", await ReadTranscriptAsync(spec), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tray_found_open_counts_as_opened_and_the_medium_can_be_removed_by_whoever_attaches()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        var first = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await first.StartAsync(new byte[4096], Workshop.Token);
        await first.DetachAsync();
        await Workshop.CommandAsync(spec, "blockdev-open-tray", arguments =>
        {
            arguments.WriteString("id", "config");
            arguments.WriteBoolean("force", true);
        });

        await using var second = await _workshop.Driver.AttachAsync(spec.Id, Workshop.Token);
        Assert.NotNull(second);
        await using var events = second.Events.GetAsyncEnumerator(Workshop.Token);

        Assert.IsType<VmEvent.TrayOpened>(await Workshop.NextAsync(events));
        await second.RemoveConfigMediaAsync(Workshop.Token);
        Assert.DoesNotContain(Medium, OpenFiles(Workshop.PidOf(spec.Id)!.Value));
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    private static IEnumerable<string?> OpenFiles(int pid) => Directory.EnumerateFiles($"/proc/{pid}/fd").Select(TargetOf);

    private static List<string> MediaOf(int pid) => [.. Directory.EnumerateFiles($"/proc/{pid}/fd").Where(link => TargetOf(link) == Medium)];

    // Null where it was closed meanwhile: other tests open and close files of this process.
    private static string? TargetOf(string descriptor) => new FileInfo(descriptor).LinkTarget;

    // Null where it was closed meanwhile.
    private static string? InformationOf(string descriptor, string key)
    {
        try
        {
            return File.ReadLines(descriptor.Replace("/fd/", "/fdinfo/", StringComparison.Ordinal))
                .Single(line => line.StartsWith(key, StringComparison.Ordinal));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static Task<string> ReadTranscriptAsync(VmSpec spec) =>
        File.ReadAllTextAsync(new MachineFiles(spec.RunDirectory).QmpTranscript, Workshop.Token);
}

using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.EveryDriver;

/// <summary>State directories on file systems that are full or may not be written to.</summary>
public abstract class StorageStories(IWorkshop workshop)
{
    [Fact]
    public async Task A_disk_that_fills_up_under_a_guest_ends_the_run_and_says_so()
    {
        var (bench, room) = await workshop.OpenInLittleRoomAsync();
        await using var opened = bench;
        using var mounted = room;
        await bench.DescribeAsync(SectorGuest.Writes(30, SectorGuest.PowersOff));

        var outcome = (await bench.StartRun("--console").EndAsync()).Exited(3);

        outcome.OneError(bench.Name, "disk with the state directory is full", "--state-dir");
        bench.AssertNothingLeft();

        // Room was made before, so that it is known who filled the disk.
        Assert.Contains("storage-full", await ReadAsync("summary.json"), StringComparison.Ordinal);
        Assert.Contains("SeaBIOS", await ReadAsync("console.log"), StringComparison.Ordinal);

        Task<string> ReadAsync(string file) =>
            File.ReadAllTextAsync(Path.Combine(bench.HistoryDirectory, file), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_disk_that_is_full_costs_the_guest_that_filled_it_its_life_and_not_the_one_that_needs_a_little()
    {
        var (bench, room) = await workshop.OpenInLittleRoomAsync();
        await using var opened = bench;
        using var mounted = room;
        await bench.DescribeAsync(SectorGuest.Writes(2, SectorGuest.Stays), change: instance => instance["ssh-port"] = 0);
        var greedy = bench.StartRun("--console");
        await greedy.OutputLineAsync("!");
        await bench.DescribeAsync(SectorGuest.Writes(2, SectorGuest.PowersOff), change: instance =>
        {
            instance["name"] = bench.Name + "-small";
            instance["ssh-port"] = 0;
        });
        var small = await bench.Start("run", bench.Name + "-small").EndAsync();

        small.Exited(0);
        (await greedy.EndAsync()).Exited(3).OneError(bench.Name, "disk with the state directory is full", "--state-dir");
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData("size=16k,mode=700")]
    [InlineData("size=64k,mode=700")]
    [InlineData("nr_inodes=4,mode=700")]
    [InlineData("nr_inodes=8,mode=700")]
    public async Task A_disk_that_is_full_already_is_refused(string options)
    {
        await using var bench = await workshop.OpenAsync();
        using var small = SmallFileSystem.MountOrSkip(bench.StateDirectory, options);

        (await bench.StartRun().EndAsync()).Exited(3).OneError(bench.StateDirectory, "no space left", "--state-dir");
        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task What_a_guest_is_told_is_never_written_to_the_disk_not_even_when_its_run_is_killed_over_it()
    {
        var (bench, mounted, image) = await workshop.OpenOnDiskImageAsync();
        await using var opened = bench;
        using var disk = mounted;

        // A file as short-lived as a medium's would be: what was once written is found here.
        var written = new Canary("written");
        var file = Path.Combine(bench.StateDirectory, "written");
        await File.WriteAllTextAsync(file, written.Value, TestContext.Current.CancellationToken);
        SmallFileSystem.Sync(bench.StateDirectory);
        File.Delete(file);

        await bench.DescribeAsync(SectorGuest.Ejects(SectorGuest.PowersOff), $$"""{ "secret": "{{bench.Secret}}" }""");
        (await bench.StartRun().EndAsync()).Exited(0);
        bench.AssertNothingLeft();

        await bench.DescribeAsync(SectorGuest.Stays, $$"""{ "secret": "{{bench.Secret}}" }""");
        var run = bench.StartRun();
        await run.ErrorLineAsync("started");
        await bench.KillAsync(Victims.Orchestrator, run);
        (await bench.Start("gc").EndAsync()).Exited(0);

        bench.AssertNothingLeft();
        Assert.Empty(bench.PlacesOfSecret());
        SmallFileSystem.Sync(bench.StateDirectory);
        Assert.Equal(["written"], new SecretSearch(written, bench.Secret).InFile(image).Select(trace => trace.Canary));
    }

    [Fact]
    public async Task A_file_system_that_is_read_only_is_refused()
    {
        await using var bench = await workshop.OpenAsync();
        using var small = SmallFileSystem.MountOrSkip(bench.StateDirectory, "ro,mode=700");

        (await bench.StartRun().EndAsync()).Exited(3).OnlyError(bench.StateDirectory, "read-only", "--state-dir");
        bench.AssertNothingLeft();
    }
}

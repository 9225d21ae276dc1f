using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Qemu.Tests.Machines;

/// <summary>Who is a machine's process, and who only looks like it.</summary>
[Trait("Category", "Integration")]
public sealed class IdentityTests : IAsyncDisposable
{
    private readonly Workshop _workshop = new();
    private readonly QemuDriver _later;
    private readonly List<Process> _strangers = [];

    public IdentityTests() => _later = new QemuDriver(_workshop.Context);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stranger_with_the_right_words_on_its_command_line_is_left_alone_and_the_machine_is_ended(bool noted)
    {
        var spec = await AbandonAsync();
        var stranger = Start("sh", ["-c", "read -r never", "sh", .. Words(spec)]);
        if (!noted)
        {
            File.Delete(NoteOf(spec));
        }

        await _later.DestroyAsync(spec.Id, Workshop.Token);

        Assert.False(stranger.HasExited);
        Assert.Equal([stranger.Id], PidsOf(spec));
        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
        Assert.Empty(await _later.ListAsync(_workshop.Owner, Workshop.Token));
        Assert.Null(await _later.AttachAsync(spec.Id, Workshop.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_two_could_be_the_machine_nobody_is_killed_and_both_are_named(bool noted)
    {
        var spec = await AbandonAsync();
        var real = PidsOf(spec).Single();
        var second = await StartSecondQemuAsync(spec);
        if (!noted)
        {
            File.Delete(NoteOf(spec));
        }

        foreach (var attempt in (Func<Task>[])[() => _later.DestroyAsync(spec.Id, Workshop.Token), () => _later.AttachAsync(spec.Id, Workshop.Token)])
        {
            var doubt = await Assert.ThrowsAsync<HypervisorException>(attempt);
            Assert.Contains($"{real}", doubt.Message, StringComparison.Ordinal);
            Assert.Contains($"{second.Id}", doubt.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', doubt.Message);
        }

        Assert.Equal(new[] { real, second.Id }.Order(), PidsOf(spec));
        Assert.True(File.Exists(Path.Combine(spec.RunDirectory, RunFiles.Overlay)));
        Assert.Equal(VmState.Running, Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)).State);

        await EndAsync(second);
        await _later.DestroyAsync(spec.Id, Workshop.Token);
        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task A_machine_that_was_killed_is_not_over_while_another_process_could_be_it()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);
        var second = await StartSecondQemuAsync(spec);

        var left = await Assert.ThrowsAsync<HypervisorException>(async () => await machine.DisposeAsync());

        Assert.Contains($"process {second.Id} has its UUID and its disk still", left.Message, StringComparison.Ordinal);
        Assert.Equal([second.Id], PidsOf(spec));
        Assert.Equal(VmState.Running, Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)).State);
        await Assert.ThrowsAsync<HypervisorException>(() => _later.DestroyAsync(spec.Id, Workshop.Token));
        Assert.False(second.HasExited, "the noted one is dead, and this is another");

        await EndAsync(second);
        await _later.DestroyAsync(spec.Id, Workshop.Token);
        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task Whoever_only_reads_the_overlay_is_neither_killed_nor_taken_for_the_machine()
    {
        var spec = await AbandonAsync();
        var reader = Start("sh", ["-c", $"exec tail -f {Path.Combine(spec.RunDirectory, RunFiles.Overlay)} >/dev/null"]);

        await _later.DestroyAsync(spec.Id, Workshop.Token);

        Assert.False(reader.HasExited);
        Workshop.AssertNothingLeft(spec);
        Assert.Empty(await _later.ListAsync(_workshop.Owner, Workshop.Token));
    }

    [Fact]
    public async Task A_machine_whose_overlay_was_moved_away_is_not_forgotten()
    {
        var spec = await AbandonAsync();
        var overlay = Path.Combine(spec.RunDirectory, RunFiles.Overlay);
        File.Move(overlay, overlay + ".moved");

        var doubt = await Assert.ThrowsAsync<HypervisorException>(() => _later.DestroyAsync(spec.Id, Workshop.Token));

        Assert.Contains($"process {PidsOf(spec).Single()} has its UUID", doubt.Message, StringComparison.Ordinal);
        Assert.Equal(VmState.Running, Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)).State);
        File.Move(overlay + ".moved", overlay);
    }

    [Fact]
    public async Task A_machine_of_the_version_before_is_taken_over_and_noted_like_one_of_this()
    {
        var spec = await AbandonAsync();
        Age(spec, pid: null);

        await using (var machine = await _later.AttachAsync(spec.Id, Workshop.Token))
        {
            await machine!.RequestPowerDownAsync(Workshop.Token);
            var note = JsonNode.Parse(await File.ReadAllTextAsync(NoteOf(spec), Workshop.Token))!;
            Assert.EndsWith("qemu-system-x86_64", (string?)note["program"], StringComparison.Ordinal);
            Assert.NotNull(note["user"]);
        }

        Workshop.AssertNothingLeft(spec);
    }

    [Fact]
    public async Task A_machine_of_the_version_before_whose_wrapper_is_dead_is_ended_all_the_same()
    {
        var spec = await AbandonAsync();
        Age(spec, pid: 1 << 21);
        Assert.Equal(VmState.Running, Assert.Single(await _later.ListAsync(_workshop.Owner, Workshop.Token)).State);

        await _later.DestroyAsync(spec.Id, Workshop.Token);

        Workshop.AssertNothingLeft(spec);
    }

    [Theory]
    [InlineData("exec QEMU \"$@\"")]
    [InlineData("true; exec QEMU \"$@\"")]
    public async Task A_script_that_execs_qemu_is_as_good_as_qemu(string body)
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.PowersOff));
        await using (var machine = await DriverWith(body).PrepareAsync(spec, Workshop.Token))
        {
            await machine.StartAsync(default, Workshop.Token);
            Assert.Equal(VmExitReason.GuestShutdown, (await machine.Completion.WaitAsync(TimeSpan.FromSeconds(20), Workshop.Token)).Reason);
        }

        Workshop.AssertNothingLeft(spec);
    }

    [Theory]
    [InlineData("QEMU \"$@\"; exit")]
    [InlineData("QEMU \"$@\" & wait")]
    [InlineData("QEMU \"$@\" & exit 0")]
    [InlineData("setsid QEMU \"$@\" & exit 0")]
    [InlineData("(setsid QEMU \"$@\" &); exec sleep 1000")]
    [InlineData("sleep 1000 & exec QEMU \"$@\"")]
    public async Task A_script_that_has_qemu_as_a_process_of_its_own_is_refused_and_nothing_of_it_is_left(string body)
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        var before = Sleepers();

        var refusal = await Assert.ThrowsAnyAsync<OrchestratorException>(() => DriverWith(body).PrepareAsync(spec, Workshop.Token));

        Assert.Contains("let it exec QEMU", Assert.IsType<ConfigurationException>(refusal).Message, StringComparison.Ordinal);
        Workshop.AssertNothingLeft(spec);
        Assert.Empty(Sleepers().Except(before));
    }

    [Theory]
    [InlineData("sleep 1000 & wait")]
    [InlineData("setsid sleep 1000 & sleep 1000")]
    public async Task A_script_that_hangs_is_ended_with_all_that_it_started_when_the_caller_gives_up(string body)
    {
        var spec = _workshop.Describe(_workshop.MakeImage());
        var before = Sleepers();
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(Workshop.Token);
        impatience.CancelAfter(TimeSpan.FromMilliseconds(500));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DriverWith(body).PrepareAsync(spec, impatience.Token));

        Workshop.AssertNothingLeft(spec);
        Assert.Empty(Sleepers().Except(before));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stranger in _strangers)
        {
            await EndAsync(stranger);
            stranger.Dispose();
        }

        await _workshop.DisposeAsync();
    }

    private static string NoteOf(VmSpec spec) => Path.Combine(spec.RunDirectory, "qemu.json");

    private static string[] Words(VmSpec spec) => ["-name", $"guest={spec.Machine.Name}/{spec.Id}", "-uuid", $"{spec.Id.Uuid}"];

    private static IEnumerable<int> PidsOf(VmSpec spec) => ProcessTable.Find("-uuid", $"{spec.Id.Uuid}").Select(process => process.Pid).Order();

    private static HashSet<int> Sleepers() => [.. ProcessTable.Find("sleep", "1000").Select(process => process.Pid)];

    private static async Task EndAsync(Process stranger)
    {
        stranger.Kill(entireProcessTree: true);
        await stranger.WaitForExitAsync(CancellationToken.None);
    }

    // A note as it was written when a process was known by its UUID alone.
    private static void Age(VmSpec spec, int? pid)
    {
        var note = JsonNode.Parse(File.ReadAllText(NoteOf(spec)))!.AsObject();
        Assert.True(note.Remove("program") && note.Remove("user"));
        if (pid is { } other)
        {
            note["pid"] = other;
        }

        File.WriteAllText(NoteOf(spec), note.ToJsonString());
    }

    private async Task<VmSpec> AbandonAsync()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.Idles));
        var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token);
        await machine.StartAsync(default, Workshop.Token);
        await machine.DetachAsync();
        return spec;
    }

    private QemuDriver DriverWith(string script)
    {
        var path = Path.Combine(_workshop.Root, Path.GetRandomFileName());
        File.WriteAllText(path, $"#!/bin/sh\n{script.Replace("QEMU", "qemu-system-x86_64", StringComparison.Ordinal)}\n");
        File.SetUnixFileMode(path, Workshop.Executable);
        return new QemuDriver(_workshop.Context with { Settings = new Dictionary<string, string> { ["binary"] = path } });
    }

    private Process Start(string program, string[] arguments)
    {
        var stranger = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true })!;
        _strangers.Add(stranger);
        return stranger;
    }

    private async Task<Process> StartSecondQemuAsync(VmSpec spec)
    {
        // As the machine's user: another's is not taken for it.
        var user = ProcessTable.UserOf(PidsOf(spec).Single());
        var second = Start(
            "sh",
            [
                "-c", $"exec 3<>{Path.Combine(spec.RunDirectory, RunFiles.Overlay)}; exec setpriv --reuid {user} qemu-system-x86_64 \"$@\" -add-fd fd=3,set=1 -M none -S -nodefaults -display none",
                "sh", .. Words(spec),
            ]);
        while (!(ProcessTable.ProgramOf(second.Id) ?? "").EndsWith("qemu-system-x86_64", StringComparison.Ordinal))
        {
            Assert.False(second.HasExited);
            await Task.Delay(10, Workshop.Token);
        }

        return second;
    }
}

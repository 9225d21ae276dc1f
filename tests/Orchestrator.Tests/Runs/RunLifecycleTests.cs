using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Drivers;
using Orchestrator.Reporting;
using Orchestrator.Runs;
using Orchestrator.State;
using Orchestrator.Tests.Reporting;

namespace Orchestrator.Tests.Runs;

public sealed class RunLifecycleTests
{
    [Fact]
    public async Task A_guest_reads_ejects_and_shuts_down_and_nothing_is_left()
    {
        byte[]? read = null;
        byte[]? readAgain = [];
        using var run = new RunFixture();
        run.Driver.Script = async guest =>
        {
            read = guest.ReadMedium();
            guest.OpenTray();
            await run.Observed<RunEvent.ConfigurationRemoved>();
            guest.CloseTray();
            readAgain = guest.ReadMedium();
            guest.ShutDown();
        };

        var result = await run.RunAsync();

        Assert.Equal(VmExitReason.GuestShutdown, result.Exit?.Reason);
        Assert.Null(result.Cause);
        Assert.Equal(run.Medium, read);
        Assert.Null(readAgain);
        Assert.Empty(run.Left);
        Assert.Empty(run.Driver.Host.Machines);
        Assert.Equal(
            ["Created", "Prepared", "Started", "TrayOpened", "ConfigurationRemoved", "Ended"],
            run.Events.Select(happened => happened.GetType().Name));
    }

    [Fact]
    public async Task The_mediums_file_is_private_and_gone_once_the_tray_was_opened()
    {
        UnixFileMode? mode = null;
        var existsAfterwards = true;
        using var run = new RunFixture();
        var medium = "";
        run.Driver.WhilePreparing = (spec, _) =>
        {
            medium = spec.ConfigMediaPath;
            File.Delete(medium);
            return Task.CompletedTask;
        };
        run.Driver.Script = async guest =>
        {
            mode = File.GetUnixFileMode(medium);
            guest.OpenTray();
            await run.Observed<RunEvent.ConfigurationRemoved>();
            existsAfterwards = File.Exists(medium);
            guest.ShutDown();
        };

        await run.RunAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        Assert.False(existsAfterwards);
    }

    [Fact]
    public async Task A_medium_whose_file_cannot_be_deleted_costs_the_guest_nothing_and_whoever_adopts_the_run_tries_again()
    {
        MediumState? noted = null;
        var directory = "";
        using var run = new RunFixture();
        run.Driver.WhilePreparing = (spec, _) =>
        {
            directory = spec.RunDirectory;
            return Task.CompletedTask;
        };
        run.Driver.Script = async guest =>
        {
            var medium = Path.Combine(directory, RunFiles.ConfigMedia);
            File.Delete(medium);
            Directory.CreateDirectory(medium); // even root cannot unlink that
            guest.OpenTray();
            await run.Observed<RunEvent.Warning>();
            noted = JournalReading.Read(directory).Journal?.Medium;
            guest.ShutDown();
        };

        var result = await run.RunAsync();

        Assert.True(result.Succeeded);
        Assert.Equal(MediumState.Removing, noted);
        Assert.Contains(run.Events, happened => happened is RunEvent.Warning { Message: var message } && message.Contains(RunFiles.ConfigMedia));
        Assert.Empty(run.Events.OfType<RunEvent.ConfigurationRemoved>());
        Assert.Empty(run.Left);
    }

    [Fact]
    public async Task A_state_directory_that_is_removed_under_a_guest_does_not_end_it()
    {
        using var run = new RunFixture();
        run.Driver.Script = async guest =>
        {
            await run.Observed<RunEvent.Started>();
            Directory.Delete(run.State.Root, recursive: true);
            guest.OpenTray();
            await run.Observed<RunEvent.ConfigurationRemoved>();
            run.Time.Advance(LogBound.Interval);
            run.Stop.Request();
            await guest.PowerButton;
            guest.ShutDown();
        };

        var result = await run.RunAsync();

        Assert.Equal(VmExitReason.PoweredOff, result.Exit?.Reason);
        Assert.All(
            run.Events.OfType<RunEvent.Warning>(),
            warning => Assert.Contains(RunFiles.Journal, warning.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secrets_are_fetched_after_the_machine_is_prepared_and_checked_before_anything_is_made()
    {
        using var run = new RunFixture();
        var order = new List<string>();
        run.Check = _ =>
        {
            order.Add($"check with {run.Left.Count} files");
            return Task.CompletedTask;
        };
        run.Driver.WhilePreparing = (_, _) =>
        {
            order.Add("prepare");
            return Task.CompletedTask;
        };
        run.Build = _ =>
        {
            order.Add("build");
            return Task.CompletedTask;
        };
        run.Driver.Script = guest =>
        {
            guest.ShutDown();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Equal(["check with 0 files", "prepare", "build"], order);
    }

    [Fact]
    public async Task Time_up_presses_the_power_button_and_a_guest_that_obeys_is_not_killed()
    {
        using var run = new RunFixture();
        var running = run.RunAsync();
        await run.Observed<RunEvent.Started>();

        run.Time.Advance(TimeSpan.FromMinutes(10));
        var result = await running;

        Assert.Equal(StopCause.TimeLimit, result.Cause);
        Assert.Equal(VmExitReason.PoweredOff, result.Exit?.Reason);
        Assert.Empty(run.Events.OfType<RunEvent.Killing>());
    }

    [Fact]
    public async Task A_guest_that_ignores_the_power_button_is_killed_after_the_grace_and_not_before()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest => guest.Over;
        var running = run.RunAsync();
        await run.Observed<RunEvent.Started>();

        run.Time.Advance(TimeSpan.FromMinutes(10));
        await run.Observed<RunEvent.ShutdownRequested>();
        run.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(run.Events.OfType<RunEvent.Killing>());
        run.Time.Advance(TimeSpan.FromSeconds(1));
        var result = await running;

        Assert.Equal(VmExitReason.Killed, result.Exit?.Reason);
        Assert.Equal(StopCause.TimeLimit, result.Cause);
        Assert.Empty(run.Left);
    }

    [Fact]
    public async Task The_first_request_to_stop_asks_and_the_second_kills_even_while_the_asking_hangs()
    {
        using var run = new RunFixture();
        var never = new TaskCompletionSource();
        run.Driver.Script = guest => guest.Over;
        run.Driver.WhilePoweringDown = _ => never.Task;
        var running = run.RunAsync();
        await run.Observed<RunEvent.Started>();

        run.Stop.Request();
        await run.Observed<RunEvent.ShutdownRequested>();
        run.Stop.Request();
        await run.Observed<RunEvent.Killing>();
        never.SetResult();
        var result = await running;

        Assert.Equal(StopCause.Requested, result.Cause);
        Assert.Equal(VmExitReason.Killed, result.Exit?.Reason);
    }

    [Fact]
    public async Task A_request_to_stop_while_preparing_leaves_nothing()
    {
        using var run = new RunFixture();
        var preparing = new TaskCompletionSource();
        run.Driver.WhilePreparing = (_, cancellationToken) =>
        {
            preparing.SetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        };
        var running = run.RunAsync();
        await preparing.Task;

        run.Stop.Request();
        var result = await running;

        Assert.Equal(StopCause.Requested, result.Cause);
        Assert.Null(result.Exit);
        Assert.Empty(run.Left);
    }

    public static TheoryData<string> Steps => ["check", "prepare", "build", "start"];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_failure_at_any_step_before_the_guest_runs_is_reported_as_it_is_and_leaves_nothing(string step)
    {
        using var run = new RunFixture();
        var failure = new HostException(HostProblem.Other, "it broke");
        Task Fail(bool when) => when ? Task.FromException(failure) : Task.CompletedTask;
        run.Check = _ => Fail(step == "check");
        run.Driver.WhilePreparing = (_, _) => Fail(step == "prepare");
        run.Build = _ => Fail(step == "build");
        run.Driver.WhileStarting = _ => Fail(step == "start");

        Assert.Same(failure, await Assert.ThrowsAsync<HostException>(run.RunAsync));

        Assert.Empty(run.Left);
        Assert.Empty(run.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_medium_that_stays_in_the_drive_ends_the_machine()
    {
        using var run = new RunFixture();
        run.Driver.WhileRemoving = _ => throw new HypervisorException("the drive is jammed");
        run.Driver.Script = guest =>
        {
            guest.OpenTray();
            return guest.Over;
        };

        var result = await run.RunAsync();

        Assert.Equal(StopCause.MediumStuck, result.Cause);
        Assert.Contains(run.Events, happened => happened is RunEvent.Killing { Why: "the drive is jammed" });
    }

    [Fact]
    public async Task A_machine_that_cannot_be_killed_is_an_error_and_not_a_wait_without_end()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest => guest.Over;
        run.Driver.WhileKilling = _ => throw new HypervisorException("it will not die");
        var running = run.RunAsync();
        await run.Observed<RunEvent.Started>();

        run.Stop.Request();
        run.Stop.Request();

        Assert.Equal("it will not die", (await Assert.ThrowsAsync<HypervisorException>(() => running)).Message);
    }

    [Fact]
    public async Task A_full_host_disk_ends_the_machine_and_says_so()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.FillDisk();
            return guest.Over;
        };

        Assert.Equal(StopCause.StorageFull, (await run.RunAsync()).Cause);
    }

    [Fact]
    public async Task A_reboot_and_a_lost_control_connection_do_not_end_the_run()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.Reboot();
            guest.InterruptControl();
            guest.ShutDown();
            return Task.CompletedTask;
        };

        var result = await run.RunAsync();

        Assert.Equal(VmExitReason.GuestShutdown, result.Exit?.Reason);
        Assert.Contains(run.Events, happened => happened is RunEvent.GuestRebooted);
        Assert.Contains(run.Events, happened => happened is RunEvent.ControlRestored);
    }

    [Fact]
    public async Task A_machine_that_somebody_paused_is_told_of_and_goes_on()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.Pause();
            guest.ShutDown();
            return Task.CompletedTask;
        };

        var result = await run.RunAsync();

        Assert.Equal(VmExitReason.GuestShutdown, result.Exit?.Reason);
        Assert.Contains(new RunEvent.Suspended("somebody paused the machine"), run.Events);
        Assert.Contains(new RunEvent.Resumed(), run.Events);
    }

    [Fact]
    public async Task All_resets_of_one_reboot_are_told_as_one_and_the_next_reboot_again()
    {
        using var run = new RunFixture();
        run.Driver.Script = async guest =>
        {
            guest.Reboot();
            guest.Reboot();
            guest.OpenTray();
            await run.Observed<RunEvent.ConfigurationRemoved>();
            run.Time.Advance(TimeSpan.FromSeconds(1));
            guest.Reboot();
            guest.InterruptControl();
            await run.Observed<RunEvent.ControlRestored>();
            run.Time.Advance(TimeSpan.FromSeconds(30));
            guest.Reboot();
            guest.ShutDown();
        };

        await run.RunAsync();

        Assert.Equal(2, run.Events.Count(happened => happened is RunEvent.GuestRebooted));
    }

    [Fact]
    public async Task A_tray_that_is_opened_again_and_again_is_told_once()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            for (var turn = 0; turn < 10; turn++)
            {
                guest.OpenTray();
                guest.CloseTray();
            }

            guest.ShutDown();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Single(run.Events, happened => happened is RunEvent.TrayOpened);
    }

    [Fact]
    public async Task Panics_and_crashes_are_named()
    {
        using var panicking = new RunFixture();
        panicking.Driver.Script = guest =>
        {
            guest.Panic();
            return Task.CompletedTask;
        };
        using var crashing = new RunFixture();
        crashing.Driver.Script = guest =>
        {
            guest.CrashHypervisor();
            return Task.CompletedTask;
        };

        Assert.Equal(VmExitReason.GuestPanic, (await panicking.RunAsync()).Exit?.Reason);
        Assert.Equal(VmExitReason.HypervisorCrashed, (await crashing.RunAsync()).Exit?.Reason);
        Assert.Contains(panicking.Events, happened => happened is RunEvent.GuestPanicked);
    }

    [Fact]
    public async Task A_guest_that_never_opens_the_tray_is_remarked_on()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.ShutDown();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Contains(run.Events, happened => happened is RunEvent.Warning { Message: var message } && message.Contains("tray"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_guest_that_is_ended_before_it_opens_the_tray_is_remarked_on_at_its_time_limit_only(bool limit)
    {
        using var run = new RunFixture();
        var running = run.RunAsync();
        await run.Observed<RunEvent.Started>();

        if (limit)
        {
            run.Time.Advance(TimeSpan.FromMinutes(10));
        }
        else
        {
            run.Stop.Request();
        }

        await running;

        Assert.Equal(limit, run.Events.Any(happened => happened is RunEvent.Warning { Message: var message } && message.Contains("tray")));
    }

    [Fact]
    public async Task A_kept_run_keeps_its_disk_and_log_but_never_its_secrets()
    {
        using var run = new RunFixture { Keep = true };
        run.Driver.Script = guest =>
        {
            guest.Print("hello");
            guest.ShutDown();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Empty(run.Left);
        var names = run.Remembered.Select(Path.GetFileName).ToHashSet();
        Assert.Contains(RunFiles.Overlay, names);
        Assert.Contains(RunFiles.ConsoleLog, names);
        Assert.Contains(RunFiles.Journal, names);
        Assert.DoesNotContain(RunFiles.ConfigMedia, names);
        Assert.DoesNotContain(RunFiles.Lock, names);
        Assert.Contains(run.Events, happened => happened is RunEvent.Kept);
    }

    [Fact]
    public async Task A_port_that_was_chosen_and_taken_meanwhile_is_chosen_again()
    {
        using var run = new RunFixture();
        var ports = new List<int?>();
        run.Driver.WhilePreparing = (spec, _) =>
        {
            ports.Add(spec.SshPort);
            return ports.Count < 3 ? Task.FromException(SshPorts.Busy(spec.SshPort ?? 0)) : Task.CompletedTask;
        };
        run.Driver.Script = guest =>
        {
            guest.ShutDown();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Equal(3, ports.Count);
    }

    [Fact]
    public async Task A_demanded_port_that_is_taken_is_refused_before_anything_is_made()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var run = new RunFixture { SshPort = port };

        var error = await Assert.ThrowsAsync<HostException>(run.RunAsync);

        Assert.Equal(HostProblem.PortBusy, error.Problem);
        Assert.Contains($"{port}", error.Message);
        Assert.Empty(run.Events);
    }

    [Fact]
    public async Task The_console_is_copied_from_the_guests_first_word_to_its_last()
    {
        using var output = new MemoryStream();
        using var run = new RunFixture { Console = output };
        run.Driver.Script = guest =>
        {
            guest.Print("first");
            guest.Print("last");
            guest.ShutDown();
            return Task.CompletedTask;
        };

        await run.RunAsync();

        Assert.Equal("first\r\nlast\r\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task A_console_that_nobody_reads_does_not_keep_the_run_from_ending_and_cleaning_up()
    {
        using var pipe = new UnreadStream();
        using var run = new RunFixture { Console = pipe };
        run.Driver.Script = guest =>
        {
            guest.Print("unread");
            guest.ShutDown();
            return Task.CompletedTask;
        };

        await run.RunAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Empty(run.Left);
    }

    [Fact]
    public async Task A_guest_that_talks_without_end_does_not_fill_the_hosts_disk()
    {
        using var run = new RunFixture();
        var log = "";
        var bounded = -1L;
        run.Driver.WhilePreparing = (spec, _) =>
        {
            log = Path.Combine(spec.RunDirectory, RunFiles.ConsoleLog);
            return Task.CompletedTask;
        };
        run.Driver.Script = async guest =>
        {
            await run.Observed<RunEvent.Started>();
            using (var talk = new FileStream(log, FileMode.Append))
            {
                talk.SetLength(LogBound.Bytes + 1); // sparse: a size is all it takes
            }

            run.Time.Advance(LogBound.Interval);
            bounded = new FileInfo(log).Length;
            guest.ShutDown();
        };

        await run.RunAsync();

        Assert.Equal(0, bounded);
        Assert.Contains(run.Events, happened => happened is RunEvent.Warning { Message: var message } && message.Contains(RunFiles.ConsoleLog));
    }

    [Fact]
    public async Task Phases_are_counted_from_the_command_by_the_monotonic_clock()
    {
        using var run = new RunFixture();
        run.Driver.WhilePreparing = (_, _) =>
        {
            run.Time.Advance(TimeSpan.FromMilliseconds(30));
            return Task.CompletedTask;
        };
        run.Driver.Script = async guest =>
        {
            await run.Observed<RunEvent.Started>();
            run.Time.Advance(TimeSpan.FromSeconds(3));
            guest.OpenTray();
            await run.Observed<RunEvent.ConfigurationRemoved>();
            run.Time.Advance(TimeSpan.FromSeconds(5));
            guest.ShutDown();
        };

        var timeline = (await run.RunAsync()).Timeline;

        Assert.Equal(TimeSpan.FromMilliseconds(30), timeline.Prepared);
        Assert.Equal(TimeSpan.FromMilliseconds(30), timeline.Started);
        Assert.Equal(TimeSpan.FromMilliseconds(3030), timeline.ConfigurationRemoved);
        Assert.Equal(TimeSpan.Zero, timeline.RemovalTook);
        Assert.Equal(TimeSpan.FromMilliseconds(8030), timeline.ShutDown);
    }
}

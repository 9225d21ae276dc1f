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

        Assert.Equal(RunOutcome.GuestShutdown, result.Outcome);
        Assert.Equal(run.Medium, read);
        Assert.Null(readAgain);
        Assert.Empty(run.Left);
        Assert.Empty(run.Driver.Host.Machines);
        Assert.Equal(
            ["Created", "Prepared", "Started", "TrayOpened", "ConfigurationRemoved", "Ended"],
            run.Events.Select(happened => happened.GetType().Name));
    }

    [Fact]
    public async Task What_a_guest_says_of_itself_is_told_and_noted_and_remembered()
    {
        using var run = new RunFixture();
        RunJournal? whileBusy = null;
        run.Driver.Script = async guest =>
        {
            guest.Say("""{"event":"ready"}""");
            guest.Say("""{"event":"job-started","name":"build"}""");
            guest.Say("""{"event":"status","text":"half done"}""");
            await run.Observed<RunEvent.GuestStatus>();
            whileBusy = await run.NotedAsync(journal => journal.Guest is { Busy: true, Status: "half done" });
            run.Time.Advance(TimeSpan.FromSeconds(30));
            guest.Say("""{"event":"job-ended","result":"Succeeded"}""");
            guest.ShutDown();
        };

        await run.RunAsync();

        Assert.Equal("build", whileBusy!.Guest!.Job);
        Assert.Equal<RunEvent>(
            [
                new RunEvent.GuestReady(),
                new RunEvent.JobStarted("build"),
                new RunEvent.GuestStatus("half done"),
                new RunEvent.JobEnded("build", "Succeeded", TimeSpan.FromSeconds(30)),
            ],
            run.Events.Where(happened => happened is RunEvent.GuestReady or RunEvent.JobStarted or RunEvent.JobEnded or RunEvent.GuestStatus));
        var job = Assert.Single(Assert.Single(run.History.Read().Summaries).Jobs!);
        Assert.Equal(new GuestJob("build", RunFixture.Now, RunFixture.Now + TimeSpan.FromSeconds(30), "Succeeded"), job);
    }

    [Fact]
    public async Task A_guest_that_never_stops_talking_is_warned_of_once_and_ends_as_it_likes()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.OpenTray();
            for (var number = 0; number < 1000; number++)
            {
                guest.Say($$"""{"event":"status","text":"{{number}}"}""");
            }

            guest.ShutDown();
            return Task.CompletedTask;
        };

        Assert.Equal(RunOutcome.GuestShutdown, (await run.RunAsync()).Outcome);
        Assert.Contains("by its port", Assert.Single(run.Events.OfType<RunEvent.Warning>()).Message, StringComparison.Ordinal);
        Assert.True(Assert.Single(run.History.Read().Summaries).UnheardLines >= 900);
    }

    [Fact]
    public async Task The_mediums_bytes_are_erased_as_soon_as_the_machine_has_them()
    {
        using var run = new RunFixture();
        var erased = false;
        run.Driver.Script = async guest =>
        {
            await run.Observed<RunEvent.Started>();
            erased = run.Built!.All(value => value == 0);
            guest.ShutDown();
        };

        await run.RunAsync();

        Assert.True(erased);
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

        Assert.False(result.ByForce);
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

        Assert.Equal(RunOutcome.TimeLimit, result.Outcome);
        Assert.False(result.ByForce);
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

        Assert.True(result.ByForce);
        Assert.Equal(RunOutcome.TimeLimit, result.Outcome);
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

        Assert.Equal(RunOutcome.Stopped, result.Outcome);
        Assert.True(result.ByForce);
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

        Assert.Equal(RunOutcome.Stopped, result.Outcome);
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

        Assert.Equal(RunOutcome.MediumStuck, result.Outcome);
        Assert.Contains(run.Events, happened => happened is RunEvent.Killing { Why: "the drive is jammed" });
    }

    [Fact]
    public async Task A_network_that_ends_ends_the_machine()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.LoseNetwork();
            return guest.Over;
        };

        var result = await run.RunAsync();

        Assert.Equal((RunOutcome.NetworkLost, "its network ended"), (result.Outcome, result.Detail));
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
        Assert.Contains(run.Left, path => Path.GetFileName(path) == RunFiles.Journal);
        Assert.Single(run.Driver.Host.Machines);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_removed_keeps_what_says_that_it_exists()
    {
        using var run = new RunFixture();
        run.Driver.Script = guest =>
        {
            guest.ShutDown();
            return Task.CompletedTask;
        };
        run.Driver.WhileDestroying = _ => throw new HypervisorException("its disk is still with process 7");

        await run.RunAsync();

        Assert.Contains(new RunEvent.Warning("the machine could not be removed: its disk is still with process 7"), run.Events);
        Assert.Contains(run.Left, path => Path.GetFileName(path) == RunFiles.Journal);
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

        Assert.Equal(RunOutcome.GuestShutdown, result.Outcome);
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

        Assert.Equal(RunOutcome.GuestShutdown, result.Outcome);
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

        Assert.Equal(RunOutcome.GuestPanic, (await panicking.RunAsync()).Outcome);
        Assert.Equal(RunOutcome.HypervisorCrashed, (await crashing.RunAsync()).Outcome);
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
        Assert.DoesNotContain(RunFiles.OldConfigMedia, names);
        Assert.DoesNotContain(RunFiles.Lock, names);
        Assert.Contains(run.Events, happened => happened is RunEvent.Kept);
    }

    [Fact]
    public async Task What_the_driver_refuses_beforehand_is_refused_before_anything_is_made()
    {
        using var run = new RunFixture { SshPort = 2201 };
        run.Driver.Requirement = (machine, port) => throw new HostException(HostProblem.PortBusy, $"{machine.Name}: {port} is taken");

        var error = await Assert.ThrowsAsync<HostException>(run.RunAsync);

        Assert.Equal("vm-1: 2201 is taken", error.Message);
        Assert.Empty(run.Events);
        Assert.Empty(run.Remembered);
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

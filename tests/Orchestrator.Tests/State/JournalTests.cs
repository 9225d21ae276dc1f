using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Tests.State;

public sealed class JournalTests : IDisposable
{
    private const string Run = "20260102-030405-abcde";

    private readonly string _directory = Directory.CreateDirectory(
        Path.Combine(Directory.CreateTempSubdirectory("orchestrator-test-").FullName, Run)).FullName;

    private static RunJournal Full { get; } = new()
    {
        Run = Run,
        Machine = SampleMachine.Description,
        Driver = "fake",
        Owner = RunOwner.ThisProcess(RunOwnerKind.Service),
        Phase = RunPhase.ConfigurationRemoved,
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Booted = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Started = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero),
        TimeLimit = TimeSpan.FromMinutes(10),
        ShutdownGrace = TimeSpan.FromSeconds(1.5),
        Deadline = new DateTimeOffset(2026, 1, 2, 3, 14, 6, TimeSpan.Zero),
        Ssh = SshEndpoint.OnLoopback(2201),
        Medium = MediumState.Removed,
        StopCause = StopCause.Stopped,
        StopAsked = new DateTimeOffset(2026, 1, 2, 3, 5, 0, TimeSpan.Zero),
        ConsoleHeld = true,
        Kept = true,
        Timeline = new RunTimeline { Prepared = TimeSpan.FromMilliseconds(12.5), Started = TimeSpan.FromMilliseconds(20) },
    };

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    [Fact]
    public void A_journal_is_read_as_it_was_written()
    {
        using (var run = RunDirectory.Make(_directory))
        {
            run.Write(Full);
        }

        Assert.Equal(new JournalReading.Known(Full), JournalReading.Read(_directory));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory, RunFiles.Journal)));
    }

    [Fact]
    public void A_journal_of_the_version_before_is_read()
    {
        Write($$"""
            {
              "version": 2, "run": "{{Run}}", "instance": "vm-1", "driver": "qemu", "image": "/images/base.qcow2", "instance-version": "abc",
              "memory-bytes": 134217728, "root-disk-bytes": 1073741824,
              "owner": { "kind": "Service", "pid": 4711, "start-ticks": 17, "boot-id": "b" },
              "phase": "ConfigurationRemoved", "created": "2026-01-02T03:04:05+00:00", "started": "2026-01-02T03:04:06+00:00",
              "time-limit-ms": 600000, "shutdown-grace-ms": 60000, "deadline": "2026-01-02T03:14:06+00:00", "ssh-port": 2201,
              "medium": "Removed", "unreachable": false, "console-held": false, "kept": false, "timeline": { "started-ms": 20 }
            }
            """);

        var journal = JournalReading.Read(_directory).Journal;

        Assert.NotNull(journal);
        Assert.Equal(RunJournal.CurrentVersion, journal.Version);
        Assert.Equal(SampleMachine.Description, journal.Machine);
        Assert.Equal(SshEndpoint.OnLoopback(2201), journal.Ssh);
        Assert.Equal((RunOwnerKind.Service, 4711), (journal.Owner.Kind, journal.Owner.Pid));
        Assert.Equal((RunPhase.ConfigurationRemoved, MediumState.Removed), (journal.Phase, journal.Medium));
    }

    [Fact]
    public void A_journal_names_this_process_as_its_owner() =>
        Assert.Equal(Environment.ProcessId, Full.Owner.Pid);

    [Fact]
    public void No_journal_is_no_damage() => Assert.IsType<JournalReading.Missing>(JournalReading.Read(_directory));

    [Fact]
    public void A_journal_of_a_newer_program_is_told_from_a_damaged_one()
    {
        Write("""{ "version": 4, "anything": [] }""");

        Assert.Equal(new JournalReading.Newer(4), JournalReading.Read(_directory));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{", "no journal")]
    [InlineData("[]", "no version")]
    [InlineData("{}", "no version")]
    [InlineData("""{ "version": "2" }""", "no version")]
    [InlineData("""{ "version": 1, "run": "20260102-030405-abcde" }""", "version 1")]
    [InlineData("""{ "version": 2 }""", "no journal")]
    [InlineData("""{ "version": 2, "run": null }""", "no journal")]
    public void A_damaged_journal_says_what_is_wrong(string text, string words)
    {
        Write(text);

        Assert.Contains(words, Assert.IsType<JournalReading.Damaged>(JournalReading.Read(_directory)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_beginning_of_a_journal_is_damaged_and_none_throws()
    {
        var whole = Full.ToUtf8Json();
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Path.Combine(_directory, RunFiles.Journal), whole[..length]);
            Assert.IsType<JournalReading.Damaged>(JournalReading.Read(_directory));
        }
    }

    [Fact]
    public void A_journal_that_lacks_anything_is_read_as_far_as_it_goes_or_damaged()
    {
        var whole = JsonNode.Parse(Full.ToUtf8Json())!.AsObject();
        foreach (var key in whole.Select(property => property.Key).ToList())
        {
            var lacking = whole.DeepClone().AsObject();
            lacking.Remove(key);
            Write(lacking.ToJsonString());

            switch (JournalReading.Read(_directory))
            {
                case JournalReading.Known(var journal):
                    NullSafety.Require(journal);
                    break;
                case var other:
                    Assert.IsType<JournalReading.Damaged>(other);
                    break;
            }
        }
    }

    [Fact]
    public void A_pipe_in_a_journals_place_is_damage_and_nobody_waits_for_it()
    {
        using var made = Process.Start("mkfifo", [Path.Combine(_directory, RunFiles.Journal)]);
        made.WaitForExit();

        Assert.Equal(new JournalReading.Damaged("it is a FIFO, not a regular file"), JournalReading.Read(_directory));
    }

    [Fact]
    public void A_journal_of_another_run_is_not_believed()
    {
        Write(System.Text.Encoding.UTF8.GetString((Full with { Run = "20260102-030405-edcba" }).ToUtf8Json()));

        Assert.Contains("20260102-030405-edcba", Assert.IsType<JournalReading.Damaged>(JournalReading.Read(_directory)).Why, StringComparison.Ordinal);
    }

    private void Write(string text) => File.WriteAllText(Path.Combine(_directory, RunFiles.Journal), text);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Drivers;
using Orchestrator.Linux.Files;

namespace Orchestrator.State;

/// <summary>What was found where a run's journal should be. A closed hierarchy.</summary>
internal abstract record JournalReading
{
    private JournalReading()
    {
    }

    /// <summary>The journal, if it could be read.</summary>
    public RunJournal? Journal => (this as Known)?.Content;

    /// <summary>A journal that makes sense.</summary>
    public sealed record Known(RunJournal Content) : JournalReading;

    /// <summary>There is none: the run is being made, or its making was cut short.</summary>
    public sealed record Missing : JournalReading;

    /// <summary>There is one, and nobody can tell what it says.</summary>
    /// <param name="Why">What is wrong with it.</param>
    public sealed record Damaged(string Why) : JournalReading;

    /// <summary>A newer version of this program wrote it, and knows what to do with the run.</summary>
    /// <param name="Version">The version of its format.</param>
    public sealed record Newer(int Version) : JournalReading;

    /// <summary>Reads the journal in a run directory. Never throws: recovery has to cope with whatever lies there.</summary>
    /// <param name="runDirectory">Absolute path of the run directory; its name is the run id.</param>
    public static JournalReading Read(string runDirectory)
    {
        try
        {
            return Parse(GuardedFile.ReadOwn(Path.Combine(runDirectory, RunFiles.Journal)), Path.GetFileName(runDirectory));
        }
        catch (FileNotFoundException)
        {
            return new Missing();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Damaged(error.Message);
        }
    }

    private const int OldVersion = 2;

    private static JournalReading Parse(byte[] bytes, string run)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("version", out var element)
                || element.ValueKind != JsonValueKind.Number
                || !element.TryGetInt32(out var version))
            {
                return new Damaged("it has no version");
            }

            if (version is not (RunJournal.CurrentVersion or OldVersion))
            {
                return version > RunJournal.CurrentVersion
                    ? new Newer(version)
                    : new Damaged($"it is of version {version}, which this program no longer reads");
            }

            var journal = (version == OldVersion ? Migrate(document.RootElement) : document).Deserialize(RunJournalJson.Default.RunJournal)!;
            return journal.Run == run ? new Known(journal) : new Damaged($"it is of another run, {journal.Run}");
        }
        catch (JsonException error)
        {
            return new Damaged(bytes.Length == 0 ? "it is empty" : $"it is no journal (line {error.LineNumber + 1})");
        }
    }

    // Before there were machines' descriptions, a journal had some of their fields beside its own. What it lacked is of no use to whoever reads it.
    private static JsonDocument Migrate(JsonElement old)
    {
        var journal = JsonObject.Create(old)!;
        journal["version"] = RunJournal.CurrentVersion;
        journal["machine"] = new JsonObject
        {
            ["name"] = journal["instance"]?.DeepClone(),
            ["architecture"] = nameof(GuestArchitecture.X64),
            ["processors"] = 1,
            ["memory-bytes"] = journal["memory-bytes"]?.DeepClone() ?? 0,
            ["root-disk-bytes"] = journal["root-disk-bytes"]?.DeepClone() ?? 0,
            ["base-image-path"] = journal["image"]?.DeepClone(),
            ["network"] = "User",
        };
        journal["ssh"] = journal["ssh-port"] is { } port ? new JsonObject { ["host"] = "127.0.0.1", ["port"] = port.DeepClone() } : null;
        return JsonDocument.Parse(journal.ToJsonString());
    }
}

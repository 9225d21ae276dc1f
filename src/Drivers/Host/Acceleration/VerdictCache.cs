using System.Globalization;
using System.Text.Json;
using Orchestrator.Linux.Files;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Host.Acceleration;

/// <summary>
/// Remembers verdicts on disk for as long as the host is not restarted and the program not replaced. A cache: one that cannot be read or written costs
/// a new trial and nothing else.
/// </summary>
/// <param name="directory">Where the files are.</param>
/// <param name="time">The clock.</param>
internal sealed class VerdictCache(string directory, TimeProvider time)
{
    // A bad verdict may be bad luck, on a host too busy for the trial's deadline, or mended meanwhile. It must not last until the next boot.
    private static readonly TimeSpan BadVerdictLifetime = TimeSpan.FromHours(1);

    /// <summary>What a verdict about a program depends on.</summary>
    public static string KeyOf(string program, string? user)
    {
        var file = new FileInfo(program);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ProcessTable.BootId} {program} {file.Length} {file.LastWriteTimeUtc.Ticks} {user ?? Environment.UserName}");
    }

    /// <summary>The verdict that is remembered, or null.</summary>
    public Verdict? Find(string name, string key)
    {
        try
        {
            return JsonSerializer.Deserialize(GuardedFile.ReadOwn(PathOf(name)), StoredVerdictContext.Default.StoredVerdict) is { } stored
                && stored.Key == key
                && (stored.Works || (time.GetUtcNow() - stored.Time).Duration() < BadVerdictLifetime)
                ? new Verdict(stored.Works, stored.Reason)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Remembers a verdict.</summary>
    public void Store(string name, string key, Verdict verdict)
    {
        try
        {
            Directory.CreateDirectory(directory);
            var stored = new StoredVerdict(key, time.GetUtcNow(), verdict.Works, verdict.Reason);
            PrivateFile.Replace(PathOf(name), JsonSerializer.SerializeToUtf8Bytes(stored, StoredVerdictContext.Default.StoredVerdict));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The directory lets nobody write, or another process writes the same: nothing to be done, and nothing lost.
        }
    }

    private string PathOf(string name) => Path.Combine(directory, name + ".json");
}

using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Linux.Files;
using Orchestrator.State;

namespace Orchestrator.Images;

/// <summary>Whose machines, and whose kept disks, are backed by an image of a state directory: by the runs' journals, or else by their overlays themselves.</summary>
/// <param name="state">The state directory.</param>
internal sealed class ImageUsers(StateDirectory state)
{
    /// <summary>Those there are, each for a person, by the name of the image's file.</summary>
    public ILookup<string, string> Find() => Runs().Concat(Kept()).ToLookup(use => Path.GetFileName(use.Image), use => use.User);

    private IEnumerable<(string Image, string User)> Runs() =>
        from directory in Directory.GetDirectories(state.Runs)
        let run = Path.GetFileName(directory)
        where VmId.TryParse(run, out _)
        let journal = JournalReading.Read(directory).Journal
        let image = journal?.Machine.BaseImagePath ?? BackingOf(directory)
        where image is not null
        select (image, journal is null ? $"run {run}" : $"run {run} ({journal.Instance})");

    private IEnumerable<(string Image, string User)> Kept() =>
        from directory in Directory.GetDirectories(state.History)
        let image = BackingOf(directory)
        where image is not null
        select (image, $"kept disk of run {Path.GetFileName(directory)}");

    private static string? BackingOf(string directory)
    {
        try
        {
            using var overlay = GuardedFile.OpenOwn(Path.Combine(directory, RunFiles.Overlay));
            return Qcow2Header.Parse(GuardedFile.ReadFrom(overlay, 0, Qcow2Header.MaxBytes), RandomAccess.GetLength(overlay)).BackingFile;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ImageFormatException)
        {
            return null; // there is none, or not any more
        }
    }
}

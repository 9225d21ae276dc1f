using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Images;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;
using Orchestrator.State;

namespace Orchestrator.Images;

/// <summary>
/// Whose machines, and whose kept disks, are backed by an image of a state directory, directly or by what it is backed by itself: by the runs' journals, and by their
/// overlays.
/// </summary>
/// <param name="state">The state directory.</param>
internal sealed class ImageUsers(StateDirectory state)
{
    // More than any chain that a machine may have.
    private const int MaxDepth = 16;

    /// <summary>Those there are, each for a person, by the name of the image's file.</summary>
    public ILookup<string, string> Find() => Runs().Concat(Kept()).Distinct().ToLookup(use => use.Image, use => use.User);

    private IEnumerable<(string Image, string User)> Runs() =>
        from directory in Directory.GetDirectories(state.Runs)
        let run = Path.GetFileName(directory)
        where VmId.TryParse(run, out _)
        let journal = JournalReading.Read(directory).Journal
        from image in ChainFrom(journal?.Machine.BaseImagePath).Concat(ChainOf(directory))
        select (image, journal is null ? $"run {run}" : $"run {run} ({journal.Instance})");

    private IEnumerable<(string Image, string User)> Kept() =>
        from directory in Directory.GetDirectories(state.History)
        from image in ChainOf(directory)
        select (image, $"kept disk of run {Path.GetFileName(directory)}");

    private static IEnumerable<string> ChainOf(string directory) =>
        ChainFrom(BackingOf(Path.Combine(directory, RunFiles.Overlay), path => GuardedFile.OpenOwn(path)));

    // An image and everything beneath it. What images say is followed as far as names go, and nothing is done with it but to leave the files be.
    private static IEnumerable<string> ChainFrom(string? image)
    {
        for (var depth = 0; image is not null && depth < MaxDepth; depth++)
        {
            yield return NameOf(image);
            image = BackingOf(image, GuardedFile.Open);
        }
    }

    private static string? BackingOf(string path, Func<string, SafeFileHandle> open)
    {
        try
        {
            using var file = open(path);
            return Qcow2Header.Parse(GuardedFile.ReadFrom(file, 0, Qcow2Header.MaxBytes), RandomAccess.GetLength(file)).BackingFile is { } name
                ? Path.Combine(Path.GetDirectoryName(Resolve(path))!, name)
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ImageFormatException)
        {
            return null; // there is none, or not any more
        }
    }

    // Whoever names an image may do so by a link.
    private static string NameOf(string path) => Path.GetFileName(Resolve(path));

    private static string Resolve(string path)
    {
        try
        {
            return Libc.RealPath(path);
        }
        catch (IOException)
        {
            return path;
        }
    }
}

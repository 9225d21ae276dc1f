using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>
/// The disk that a run shares with the others of its state directory, whichever processes watch them. Each looks for itself: on a disk that is full, and where somebody
/// waits for room, all of them come to the same conclusion, since nobody's files grow any more.
/// </summary>
/// <param name="directory">The run's.</param>
/// <param name="freeBytes">What is left of the disk.</param>
internal sealed class SharedStorage(RunDirectory directory, Func<string, long> freeBytes)
{
    /// <summary>How often is looked. There is no event for somebody else's want of room.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Less than that, in bytes, is no room: a write that failed has taken what there was but for some blocks.</summary>
    public const long LeastRoom = 1 << 20;

    /// <summary>Lets the others know that this run waits for room, or no longer.</summary>
    public void AwaitRoom(bool awaits)
    {
        try
        {
            directory.AwaitRoom(awaits);
        }
        catch (IOException)
        {
            // On a file system without such locks nobody hears of it, and the patience ends.
        }
    }

    /// <summary>Looks.</summary>
    /// <returns>Null where that cannot be told.</returns>
    public StorageView? Look()
    {
        try
        {
            var enough = new StorageView(HasRoom: true, IsAwaited: false, IsLargest: false);
            if (HasRoom())
            {
                return enough;
            }

            var runs = directory.FindNeighbours();
            if (HasRoom())
            {
                return enough; // one that has ended meanwhile is not among them, and what it took is free
            }

            var largest = runs.MaxBy(run => (run.Bytes, run.Path));
            return new StorageView(HasRoom: false, runs.Any(run => run.AwaitsRoom), largest.Path == directory.FullPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // a run has just ended, or somebody has removed the state directory
        }
    }

    private bool HasRoom() => freeBytes(directory.FullPath) >= LeastRoom;
}

/// <summary>How it stands with a disk that runs share.</summary>
/// <param name="HasRoom">There is room.</param>
/// <param name="IsAwaited">A run waits for some, this one perhaps.</param>
/// <param name="IsLargest">This run has taken the most of it.</param>
internal readonly record struct StorageView(bool HasRoom, bool IsAwaited, bool IsLargest)
{
    /// <summary>This run is the one to end, so that the others may go on.</summary>
    public bool MustGiveWay => !HasRoom && IsAwaited && IsLargest;
}

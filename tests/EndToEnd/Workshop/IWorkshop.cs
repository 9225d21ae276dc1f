namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Where a test gets a place to work with one of the drivers.</summary>
public interface IWorkshop
{
    /// <summary>A new workbench; skips the test where the driver cannot work on this host.</summary>
    /// <param name="image">The base image of its instance; null: the tiny guest's.</param>
    Task<Workbench> OpenAsync(string? image = null);

    /// <summary>A new workbench whose state directory has 4 MiB of room and no more, for as long as the second thing lives.</summary>
    Task<(Workbench Bench, IDisposable Room)> OpenInLittleRoomAsync();

    /// <summary>A new workbench whose state directory lies on a file system in a file, for as long as the second thing lives.</summary>
    Task<(Workbench Bench, IDisposable Mounted, string Image)> OpenOnDiskImageAsync();
}

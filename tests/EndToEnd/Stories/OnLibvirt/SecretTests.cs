using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

public sealed class SecretTests(SecretTests.Workshop workshop) : SecretStories(workshop), IClassFixture<SecretTests.Workshop>
{
    /// <summary>One whose daemons log all that they can.</summary>
    public sealed class Workshop : IWorkshop, IAsyncDisposable
    {
        private readonly LibvirtWorkshop _workshop = new() { LogsEverything = true };

        public Task<Workbench> OpenAsync(string? image = null) => _workshop.OpenAsync(image);

        public Task<(Workbench Bench, IDisposable Room)> OpenInLittleRoomAsync() => _workshop.OpenInLittleRoomAsync();

        public Task<(Workbench Bench, IDisposable Mounted, string Image)> OpenOnDiskImageAsync() => _workshop.OpenOnDiskImageAsync();

        public ValueTask DisposeAsync() => _workshop.DisposeAsync();
    }
}

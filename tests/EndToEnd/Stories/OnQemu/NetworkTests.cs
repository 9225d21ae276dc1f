using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

public sealed class NetworkTests(QemuWorkshop workshop) : NetworkStories(workshop)
{
    [Fact]
    public async Task Guests_of_a_user_without_rights_reach_no_more()
    {
        await using var bench = new Workbench();
        await bench.BecomeAsync("daemon");
        await AssertOnlyPublicAddressesAreReachedAsync(bench);
    }
}

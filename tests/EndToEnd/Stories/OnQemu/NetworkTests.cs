using Orchestrator.EndToEnd.Stories.EveryDriver;
using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnQemu;

public sealed class NetworkTests(QemuWorkshop workshop) : NetworkStories(workshop)
{
    [Fact]
    public async Task A_guest_of_a_user_without_rights_that_was_given_nothing_reaches_public_addresses_and_nothing_else()
    {
        await using var bench = new Workbench();
        await bench.BecomeAsync("daemon");
        await AssertNoMoreIsReachedAsync(bench);
    }
}

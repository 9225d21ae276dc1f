namespace Orchestrator.Drivers.Qemu.Tests.Machines;

[Trait("Category", "Integration")]
public sealed class LifeTests : IAsyncDisposable
{
    private readonly Workshop _workshop = new();

    [Fact]
    public async Task A_guest_that_powers_itself_off_ends_its_machine_and_nothing_is_left()
    {
        var spec = _workshop.Describe(_workshop.MakeImage(Guests.PowersOff));
        await using (var machine = await _workshop.Driver.PrepareAsync(spec, Workshop.Token))
        {
            Assert.NotNull(Workshop.PidOf(spec.Id));
            await machine.StartAsync(Workshop.Token);

            var exit = await machine.Completion.WaitAsync(TimeSpan.FromSeconds(20), Workshop.Token);

            Assert.Equal(VmExitReason.GuestShutdown, exit.Reason);
            Assert.Equal(new VmEvent.Stopped(exit), Assert.Single(await machine.Events.ToArrayAsync(Workshop.Token)));
        }

        Workshop.AssertNothingLeft(spec);
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();
}

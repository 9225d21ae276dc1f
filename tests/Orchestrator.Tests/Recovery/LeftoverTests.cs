using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Tests.Recovery;

/// <summary>What lies in a state directory and is no run: what the killed left, and what is somebody else's.</summary>
public sealed class LeftoverTests
{
    [Fact]
    public async Task Foreign_files_are_named_and_never_touched()
    {
        using var host = new RecoveryFixture();
        var run = VmId.Create(host.Time);
        var elsewhere = Directory.CreateDirectory(Path.Combine(host.State.Root, "elsewhere")).FullName;
        string[] foreign =
        [
            elsewhere, Path.Combine(host.State.History, "notes"),
            Path.Combine(host.State.Runs, ".directory"), Path.Combine(host.State.Runs, "20260102-030405-abcde.bak"), Path.Combine(host.State.Runs, "notes"),
            host.State.PathOf(run),
        ];
        await File.WriteAllTextAsync(foreign[1], "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(foreign[2], "", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(foreign[3]);
        await File.WriteAllTextAsync(foreign[4], "", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(foreign[5], elsewhere);
        host.Time.Advance(TimeSpan.FromHours(1));

        var inventory = await host.TakeInventoryAsync();
        await host.SweepAsync();

        Assert.Equal(foreign.Order(StringComparer.Ordinal), inventory.Foreign.Order(StringComparer.Ordinal));
        Assert.Equal(4, host.Left.Count);
        Assert.True(Directory.Exists(elsewhere));
        Assert.Empty(host.Removals);
    }

    [Fact]
    public async Task A_removal_that_was_cut_short_at_its_very_end_is_finished()
    {
        using var host = new RecoveryFixture();
        var gone = host.State.PathOf(VmId.Create(host.Time)) + RunDirectory.GoneSuffix;
        Directory.CreateDirectory(gone);
        await File.WriteAllTextAsync(Path.Combine(gone, RunFiles.Lock), "", TestContext.Current.CancellationToken);

        await host.SweepAsync();

        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task The_control_socket_of_a_service_that_was_killed_goes_and_that_of_one_that_lives_stays()
    {
        using var host = new RecoveryFixture();
        await File.WriteAllTextAsync(host.State.ControlSocket, "", TestContext.Current.CancellationToken);
        using (UpLock.Take(host.State))
        {
            await host.SweepAsync();
            Assert.True(File.Exists(host.State.ControlSocket));
        }

        await host.SweepAsync(dryRun: true);
        Assert.True(File.Exists(host.State.ControlSocket));

        await host.SweepAsync();
        Assert.False(File.Exists(host.State.ControlSocket));
        Assert.All(host.Removals, removal => Assert.Equal(host.State.ControlSocket, removal.Why));
        Assert.Equal(2, host.Removals.Count);
    }

    [Fact]
    public async Task A_control_socket_whose_service_came_after_the_look_stays()
    {
        using var host = new RecoveryFixture();
        await File.WriteAllTextAsync(host.State.ControlSocket, "", TestContext.Current.CancellationToken);
        var leftover = Assert.Single((await host.TakeInventoryAsync()).Leftovers);

        using var service = UpLock.Take(host.State);

        Assert.False(leftover.Remove());
        Assert.True(File.Exists(host.State.ControlSocket));
    }
}

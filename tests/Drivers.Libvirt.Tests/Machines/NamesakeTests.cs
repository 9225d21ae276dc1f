using Libvirt;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>Two orchestrators at one libvirtd, with an instance of one name each.</summary>
[Trait("Category", "Integration")]
public sealed class NamesakeTests(DaemonTrouble trouble) : IClassFixture<DaemonTrouble>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_second_is_told_whose_the_name_is_and_the_first_ones_machine_goes_on()
    {
        var spec = trouble.Describe();
        var other = trouble.Describe() with { Owner = new OwnerId("another"), Machine = spec.Machine };
        await using var machine = await trouble.CreateDriver().PrepareAsync(spec, Token);

        var refusal = await Assert.ThrowsAsync<HostException>(() => trouble.CreateDriver().PrepareAsync(other, Token));

        Assert.Contains(
            $"run {spec.Id}'s, of another orchestrator (state directory {Path.GetDirectoryName(trouble.Runs)})", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(DomainState.Paused, trouble.With(spec, domain => domain!.GetState().State));
        Assert.Empty(Directory.EnumerateFileSystemEntries(other.RunDirectory));
    }
}

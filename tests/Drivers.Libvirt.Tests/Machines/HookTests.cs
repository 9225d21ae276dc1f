namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>A hook of the host's administrator, by which libvirtd asks whether it may start a domain.</summary>
[Trait("Category", "Integration")]
public sealed class HookTests(DaemonTrouble trouble) : IClassFixture<DaemonTrouble>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("prepare")]
    [InlineData("start")]
    public async Task A_hooks_refusal_is_the_hosts_in_its_own_words_and_leaves_nothing(string operation)
    {
        await trouble.UseHookAsync($"[ \"$2\" != {operation} ] || {{ echo 'no machines on Sundays' >&2; exit 1; }}\n", Token);
        var spec = trouble.Describe();

        var failure = await Assert.ThrowsAsync<HostException>(() => trouble.CreateDriver().PrepareAsync(spec, Token));

        Assert.StartsWith("a hook of this host refuses the domain (/etc/libvirt/hooks): ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("no machines on Sundays", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
        Assert.True(trouble.With(spec, domain => domain is null));
    }
}

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>QEMU's own words, which libvirt keeps, among the evidence of a run.</summary>
[Trait("Category", "Integration")]
public sealed class HypervisorLogTests(DaemonTrouble trouble) : IClassFixture<DaemonTrouble>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_QEMU_said_is_in_the_run_directory_once_the_machine_is_over(bool watched)
    {
        var spec = trouble.Describe();
        Directory.CreateDirectory(trouble.Logs);
        var earlier = Path.Combine(trouble.Logs, spec.Machine.Name + ".log");
        await File.WriteAllTextAsync(earlier, "an earlier run\n", Token);
        var machine = await trouble.CreateDriver().PrepareAsync(spec, Token);
        if (!watched)
        {
            await machine.DetachAsync();
        }

        trouble.With(spec, domain =>
        {
            domain!.Destroy();
            return true;
        });
        machine = watched ? machine : await trouble.CreateDriver().AttachAsync(spec.Id, Token);
        await machine!.Completion;

        var log = Path.Combine(spec.RunDirectory, RunFiles.HypervisorLog);
        var said = await File.ReadAllTextAsync(log, Token);
        Assert.Contains("starting up libvirt", said, StringComparison.Ordinal);
        Assert.DoesNotContain("an earlier run", said, StringComparison.Ordinal);
        await machine.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
        File.Delete(earlier);
    }
}

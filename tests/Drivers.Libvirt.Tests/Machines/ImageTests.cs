using System.Diagnostics;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>Base images that others write to.</summary>
[Trait("Category", "Integration")]
public sealed class ImageTests(DaemonTrouble trouble) : IClassFixture<DaemonTrouble>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_that_another_program_writes_to_is_named_and_leaves_nothing()
    {
        var spec = trouble.Describe();
        using var writer = Process.Start(new ProcessStartInfo("qemu-io", ["-f", "qcow2", trouble.Image]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await writer.StandardInput.WriteLineAsync("length");
        await writer.StandardOutput.ReadLineAsync(Token);

        await RefuseAsync(spec, $"image {trouble.Image} is open for writing in another program");

        writer.StandardInput.Close();
        await writer.WaitForExitAsync(Token);
        await using var machine = await trouble.CreateDriver().PrepareAsync(spec, Token);
    }

    private async Task RefuseAsync(VmSpec spec, string words)
    {
        var failure = await Assert.ThrowsAsync<HostException>(() => trouble.CreateDriver().PrepareAsync(spec, Token));

        Assert.Equal(HostProblem.UnusableImage, failure.Problem);
        Assert.StartsWith(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(spec.RunDirectory));
        Assert.True(trouble.With(spec, domain => domain is null));
    }
}

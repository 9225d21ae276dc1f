using System.Diagnostics;
using System.Globalization;
using Orchestrator.Drivers.Libvirt.Xml;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Drivers.Libvirt.Tests.Machines;

/// <summary>Base images that others write to, or put others in the place of.</summary>
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

    [Fact]
    public async Task What_a_template_has_QEMU_open_beside_the_images_is_no_reason_to_refuse_them()
    {
        var directory = Directory.CreateDirectory(Path.Combine(trouble.Daemon.Files, "media")).FullName;
        await MakeAsync(directory, "head -c 1M /dev/zero > tools.iso; cp tools.iso cache.img; ln -s tools.iso link.iso");
        var template = Path.Combine(directory, "domain.xml.sbn");
        await File.WriteAllTextAsync(
            template,
            DomainTemplate.BuiltInText
                .Replace(
                    "<serial type='pty'>",
                    $"<disk type='file' device='cdrom'><source file='{directory}/link.iso'/><target dev='sdb' bus='scsi'/><readonly/></disk><serial type='pty'>",
                    StringComparison.Ordinal)
                .Replace(
                    "</qemu:commandline>",
                    $"<qemu:arg value='-drive'/><qemu:arg value='if=none,file={directory}/cache.img,format=raw,readonly=on'/></qemu:commandline>",
                    StringComparison.Ordinal),
            Token);
        var spec = trouble.Describe();

        await using var machine = await trouble.CreateDriver(template).PrepareAsync(spec, Token);

        var process = Assert.Single(ProcessTable.Find("-uuid", spec.Id.Uuid.ToString()));
        Assert.True(ProcessTable.HasOpen(process.Pid, Path.Combine(directory, "tools.iso")));
        Assert.True(ProcessTable.HasOpen(process.Pid, Path.Combine(directory, "cache.img")));
    }

    // libvirtd asks the hook just before it starts QEMU (start), and again when QEMU has opened its files (started): all is as it was when the driver looks again.
    [Theory]
    [InlineData("mv top.qcow2 aside; cp other.qcow2 top.qcow2", "mv aside top.qcow2", "top.qcow2 was replaced or written to")]
    [InlineData("mv bottom.qcow2 aside; ln -s other.qcow2 bottom.qcow2", "mv aside bottom.qcow2", "bottom.qcow2 was replaced or written to")]
    [InlineData("mv ../images ../aside; cp -r ../aside ../images", "rm -r ../images; mv ../aside ../images", "top.qcow2 was replaced or written to")]
    [InlineData("printf x >> top.qcow2", ":", "top.qcow2 was replaced or written to")]
    [InlineData(
        "cp -p bottom.qcow2 aside; cat thief.qcow2 > bottom.qcow2",
        "cat aside > bottom.qcow2; touch -r aside bottom.qcow2",
        "top.qcow2 was written to while its machine was being made, or one beneath it: QEMU has opened {0}/key, which nothing names")]
    public async Task An_image_that_is_not_what_was_looked_at_when_QEMU_opens_it_is_named_and_no_guest_runs(string exchange, string restore, string words)
    {
        var spec = trouble.Describe();
        var directory = Directory.CreateDirectory(Path.Combine(trouble.Daemon.Files, spec.Id.Value, "images")).FullName;
        var (top, bottom) = (Path.Combine(directory, "top.qcow2"), Path.Combine(directory, "bottom.qcow2"));
        await MakeAsync(
            directory,
            """
            head -c 16M /dev/zero > key
            qemu-img create -q -f qcow2 -o data_file=$PWD/key,data_file_raw=on thief.qcow2 16M
            qemu-img create -q -f qcow2 other.qcow2 16M
            qemu-img create -q -f qcow2 bottom.qcow2 16M
            qemu-img create -q -f qcow2 -F qcow2 -b bottom.qcow2 top.qcow2
            """);
        await trouble.UseHookAsync(
            $"""
            [ "$1" = {spec.Machine.Name} ] && cd {directory} || exit 0
            case $2 in
                start) {exchange} ;;
                started) {restore} ;;
            esac
            """,
            Token);

        await RefuseAsync(
            spec with { Machine = spec.Machine with { BaseImagePath = top, BackingImagePaths = [bottom] } },
            $"image {directory}/{string.Format(CultureInfo.InvariantCulture, words, directory)}");
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

    private static async Task MakeAsync(string directory, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-ec", script]) { WorkingDirectory = directory })!;
        await shell.WaitForExitAsync(Token);
        Assert.Equal(0, shell.ExitCode);
    }
}

using Orchestrator.EndToEnd.Workshop;

namespace Orchestrator.EndToEnd.Stories.OnLibvirt;

/// <summary>What cannot work with this driver is one clear line, and leaves nothing.</summary>
public sealed class RefusalTests(LibvirtWorkshop workshop)
{
    [Fact]
    public async Task An_image_that_the_user_of_QEMU_cannot_reach_is_refused_with_the_directory_that_is_in_the_way()
    {
        await using var bench = await workshop.OpenAsync();
        var closed = Directory.CreateDirectory(bench.PathOf("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var image = Path.Combine(Directory.CreateDirectory(Path.Combine(closed.FullName, "images")).FullName, "base.qcow2");
        File.Copy(Artifacts.Image, image);
        bench.Describe("{}", instance => instance["image"] = image);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a session daemon runs QEMU as this user");

        (await bench.StartRun().EndAsync()).Exited(3).OneError(image, $"cannot pass directory {closed.FullName};", "setfacl -m u:");

        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task An_image_that_the_user_of_QEMU_may_not_read_is_refused_and_stays_as_it_is()
    {
        await using var bench = await workshop.OpenAsync();
        var image = bench.PathOf("base.qcow2");
        File.Copy(Artifacts.Image, image);
        File.SetUnixFileMode(image, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        bench.Describe("{}", instance => instance["image"] = image);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a session daemon runs QEMU as this user");

        (await bench.StartRun().EndAsync()).Exited(3).OneError(image, "may not read it", "setfacl -m u:");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(image));
        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData("qemu+unix:///system?socket=/nowhere/libvirt-sock", "no daemon answers")]
    [InlineData("nonsense:///", "libvirt.uri")]
    public async Task A_daemon_that_is_not_there_is_named_with_its_remedy(string uri, string words)
    {
        await using var bench = await workshop.OpenAsync();
        bench.Environment["ORCHESTRATOR_LIBVIRT__URI"] = uri;

        (await bench.StartRun().EndAsync()).Exited(3).OneError(uri, words);

        bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData("<domain>{{ nmae }}</domain>", ":1:12", "nmae")]
    [InlineData("<domain>\n{{ if kvm }}</domain>", ":2:", "end")]
    [InlineData("<domain></domain>", "", "<name>{{ name }}</name>")]
    public async Task A_faulty_template_is_refused_with_line_and_cause_before_anything_is_made(string text, string place, string cause)
    {
        await using var bench = await workshop.OpenAsync();
        var template = bench.PathOf("domain.xml.sbn");
        await File.WriteAllTextAsync(template, text, TestContext.Current.CancellationToken);
        bench.Environment["ORCHESTRATOR_LIBVIRT__TEMPLATE"] = template;

        (await bench.StartRun().EndAsync()).Exited(2).OneError(template + place, cause);

        bench.AssertNothingLeft();
    }

    [Fact]
    public async Task The_doctor_sees_a_sound_libvirt_and_one_that_is_away()
    {
        await using var bench = await workshop.OpenAsync();

        var sound = (await bench.Start("doctor").EndAsync()).Exited(0).Output;
        bench.Environment["ORCHESTRATOR_LIBVIRT__URI"] = "qemu+unix:///system?socket=/nowhere/libvirt-sock";
        var away = (await bench.Start("doctor").EndAsync()).Exited(3).Output;

        Assert.Contains("ok: libvirt library: libvirt.so.0, version", sound, StringComparison.Ordinal);
        Assert.Contains("ok: libvirtd: qemu", sound, StringComparison.Ordinal);
        Assert.Contains("ok: domain type: qemu", sound, StringComparison.Ordinal);
        Assert.Contains("ok: tray events: ", sound, StringComparison.Ordinal);
        Assert.Contains("failed: libvirtd: ", away, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_built_in_template_can_be_printed_and_used()
    {
        await using var bench = await workshop.OpenAsync();
        var template = bench.PathOf("domain.xml.sbn");
        var text = (await bench.Start("template", "domain").EndAsync()).Exited(0).Output;
        await File.WriteAllTextAsync(template, text, TestContext.Current.CancellationToken);
        bench.Environment["ORCHESTRATOR_LIBVIRT__TEMPLATE"] = template;

        (await bench.Start("validate").EndAsync()).Exited(0);
    }
}

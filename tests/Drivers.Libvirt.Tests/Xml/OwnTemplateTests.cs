using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Xml;

public sealed class OwnTemplateTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"template-{Guid.NewGuid():N}.sbn");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_template_of_ones_own_is_taken_where_it_has_what_the_driver_relies_on()
    {
        var own = DomainTemplate.BuiltInText.Replace("memballoon model='none'", "memballoon model='virtio'", StringComparison.Ordinal);

        Assert.Contains("memballoon model='virtio'", Write(own).Render(Machines.Model), StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_without_mounts_will_do_until_a_machine_has_some()
    {
        var own = Write(DomainTemplate.BuiltInText.Replace("<target dir='{{ mount.tag }}'/>", "<target dir='other'/>", StringComparison.Ordinal));
        var writable = Write(DomainTemplate.BuiltInText.Replace("<readonly/>\n      <address", "<address", StringComparison.Ordinal));
        var model = Machines.For(Machines.Spec with { Machine = Machines.Spec.Machine with { Mounts = [new Mount("/srv/cache", "cache")] } });

        own.Render(Machines.Model);
        foreach (var template in (DomainTemplate[])[own, writable])
        {
            Assert.Contains(
                ": the domain needs a <filesystem> with <readonly/> for every one of {{ mounts }}; cache is not there; ", Refusal(() => template.Render(model)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_template_may_use_Scribans_functions()
    {
        const string title = "{{ name | string.upcase }} of {{ [1, 2] | array.size }}{{ x = 1; if x == 1; ' or ' + (x | math.plus 2); end }}";
        var own = DomainTemplate.BuiltInText.Replace("<title>{{ name }}", "<title>" + title, StringComparison.Ordinal);

        Assert.Contains("<title>VM-1 of 2 or 3,", Write(own).Render(Machines.Model), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_template_is_named_with_its_setting() => Assert.Equal(
        $"{_path}: there is no such template; mend or remove the setting libvirt.template",
        Refusal(() => DomainTemplate.Load(_path)));

    [Fact]
    public void A_template_that_cannot_be_read_is_named()
    {
        var directory = Path.GetTempPath();
        var message = Refusal(() => DomainTemplate.Load(directory));

        Assert.StartsWith($"{directory}: the template cannot be read: ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<domain>\n  {{ if kvm }}\n</domain>\n", "2:15: Error while parsing if statement: The <end> statement was not found")]
    [InlineData("<domain>\n  <name>{{ name | }}</name>\n</domain>\n", "2:19: Error while parsing pipe expression: Expecting <expression>")]
    [InlineData("<domain>\n\n{{ end }}</domain>\n", "3:6: Error while parsing ScriptPage: Found <end> statement without")]
    public void A_syntax_error_is_told_with_its_line_and_column(string text, string complaint)
    {
        var message = Refusal(() => Write(text));

        Assert.StartsWith($"{_path}:{complaint}", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("<domain>\n  <name>{{ nmae }}</name>\n</domain>", "2:12: The variable or function `nmae` was not found")]
    [InlineData("<domain>\n{{ for i in backing_chain }}\n{{ i.pfad }}{{ end }}</domain>", "3:6: Cannot get member with name pfad")]
    [InlineData("<domain>\n\n\n{{ name | shout }}</domain>", "4:11: The variable or function `shout` was not found")]
    [InlineData("<domain>\n{{ include 'other' }}</domain>", "2:4: Unable to include <other>. No TemplateLoader registered")]
    [InlineData("<domain>\n{{ while true }}{{ end }}</domain>", "2:4: Exceeding number of iteration limit `1000` for loop statement")]
    public void What_goes_wrong_while_rendering_is_told_with_its_line_and_column(string text, string complaint)
    {
        var message = Refusal(() => Write(text).Render(Machines.Model));

        Assert.StartsWith($"{_path}:{complaint}", message, StringComparison.Ordinal);
        Assert.EndsWith("the built-in template lists the variables: orchestrator template domain", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void XML_that_is_not_well_formed_is_told_with_the_line_at_fault()
    {
        var message = Refusal(() => Write("<domain>\n  <name>{{ name }}</nam>\n</domain>").Render(Machines.Model));

        Assert.Contains("not well-formed XML", message, StringComparison.Ordinal);
        Assert.EndsWith("That line is: <name>vm-1</nam>", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<domain ", "<network ", "</domain>", "</network>", "makes a <network> and not a <domain>")]
    [InlineData("<name>{{ name }}", "<name>ci", "", "", "<name>")]
    [InlineData("  <uuid>{{ uuid }}</uuid>", "", "", "", "<uuid>")]
    [InlineData("owner='{{ owner }}'", "", "", "", "<metadata>")]
    [InlineData("https://orchestrator.dev/xmlns/run/1", "urn:other", "", "", "<metadata>")]
    [InlineData("<on_reboot>{{ on_reboot }}<", "<on_reboot>destroy<", "", "", "<on_reboot> must be restart")]
    [InlineData("<on_crash>destroy<", "<on_crash>preserve<", "", "", "<on_crash> must be destroy")]
    [InlineData("<on_poweroff>destroy<", "<on_poweroff>restart<", "", "", "<on_poweroff> must be destroy")]
    [InlineData("{{ overlay }}", "{{ base_image }}", "", "", "source {{ overlay }}")]
    [InlineData("name='qemu' type='qcow2'", "name='qemu' type='raw'", "", "", "type qcow2")]
    [InlineData("<format type='{{ image.format }}'/>", "", "", "", "/images/base.qcow2 is not there")]
    [InlineData("      <backingStore/>\n", "", "", "", "innermost <backingStore/>")]
    [InlineData("{{ config_drive_alias }}", "config", "", "", "{{ config_drive_alias }}")]
    [InlineData("<target dev='sda'", "<source file='/dev/null'/><target dev='sda'", "", "", "must be empty at first")]
    [InlineData("<target dev='sda'", "<target dev='sdb'", "", "", "<target dev='sda' bus='scsi'/>")]
    [InlineData("<serial type='pty'>", "<serial type='file'>", "", "", "{{ console_log }}")]
    public void What_the_driver_relies_on_is_missed(string part, string instead, string end, string otherEnd, string complaint)
    {
        Assert.Contains(part, DomainTemplate.BuiltInText, StringComparison.Ordinal);
        var text = DomainTemplate.BuiltInText.Replace(part, instead, StringComparison.Ordinal);
        var template = Write(end.Length == 0 ? text : text.Replace(end, otherEnd, StringComparison.Ordinal));

        var message = Refusal(() => template.Render(Machines.Model));

        Assert.StartsWith(_path, message, StringComparison.Ordinal);
        Assert.Contains(complaint, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Actions_that_libvirt_has_as_defaults_need_not_be_written()
    {
        var lines = DomainTemplate.BuiltInText.Split('\n');
        var text = string.Join('\n', lines.Where(line => !line.Contains("<on_", StringComparison.Ordinal)));

        Assert.DoesNotContain("<on_", Write(text).Render(Machines.Model), StringComparison.Ordinal);
        Assert.Contains(
            "<on_reboot> must be destroy",
            Refusal(() => Write(text).Render(Machines.For(Machines.Spec with { Machine = Machines.Spec.Machine with { OnReboot = RebootAction.Shutdown } }))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void One_template_renders_on_many_threads_at_once()
    {
        var template = DomainTemplate.Load(null);
        var models = Enumerable.Range(0, 64).Select(index => Machines.For(Machines.Spec with { Machine = Machines.Spec.Machine with { Name = $"vm-{index}" } })).ToArray();

        Assert.Equal(models.Select(template.Render), models.AsParallel().AsOrdered().Select(template.Render));
    }

    private static string Refusal(Action action) => Assert.Throws<ConfigurationException>(action).Message;

    private DomainTemplate Write(string text)
    {
        File.WriteAllText(_path, text);
        return DomainTemplate.Load(_path);
    }
}

using System.Xml.Linq;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Xml;

public sealed class DomainXmlTests
{
    private static readonly RunMetadata Expected =
        new(Machines.Spec.Id, "vm-1", new OwnerId("owner"), new DateTimeOffset(2026, 1, 2, 4, 4, 5, TimeSpan.Zero));

    [Fact]
    public void Metadata_are_read_back_from_the_rendered_domain() =>
        Assert.Equal(Expected, DomainXml.ReadMetadata(DomainTemplate.Load(null).Render(Machines.Model)));

    [Fact]
    public void Metadata_are_read_back_from_the_element_as_libvirt_returns_it()
    {
        var element = DomainXml.Metadata(Machines.Spec);

        Assert.Equal("""<run id="20260102-030405-abcde" instance="vm-1" owner="owner" deadline="2026-01-02T04:04:05Z" />""", element);
        Assert.Equal(Expected, DomainXml.ReadMetadata(element));
    }

    [Fact]
    public void Metadata_without_a_deadline_have_none()
    {
        var spec = Machines.Spec with { Deadline = null };

        Assert.Equal(Expected with { Deadline = null }, DomainXml.ReadMetadata(DomainXml.Metadata(spec)));
        Assert.Equal(Expected with { Deadline = null }, DomainXml.ReadMetadata(DomainTemplate.Load(null).Render(Machines.For(spec))));
    }

    [Theory]
    [InlineData("<domain><name>vm-1</name></domain>")]
    [InlineData("<domain><metadata><run id='20260102-030405-abcde' instance='vm-1' owner='o'/></metadata></domain>")]
    [InlineData("<domain><metadata><o:run xmlns:o='urn:other' id='20260102-030405-abcde' instance='vm-1' owner='o'/></metadata></domain>")]
    [InlineData("<domain><metadata><run xmlns='https://orchestrator.dev/xmlns/run/1' id='7' instance='v' owner='o'/></metadata></domain>")]
    [InlineData("<run id='20260102-030405-abcde' instance='vm-1'/>")]
    [InlineData("<run id='20260102-030405-abcde' instance='' owner='o'/>")]
    public void A_domain_that_is_not_ours_has_no_run(string xml) => Assert.Null(DomainXml.ReadMetadata(xml));

    [Fact]
    public void Every_path_that_a_domain_names_is_found_those_in_arguments_of_QEMU_too() => Assert.Equal(
        ["/a", "/a, b.qcow2", "/usr/share/AAVMF/AAVMF_CODE.fd", "/more.iso", "/json.iso"],
        DomainXml.ReadPaths(
            """
            <domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
              <description>from /base.qcow2, gone soon</description>
              <devices><disk><source file='/a, b.qcow2'/></disk></devices>
              <os><loader readonly='yes' type='pflash'>/usr/share/AAVMF/AAVMF_CODE.fd</loader></os>
              <qemu:commandline>
                <qemu:arg value='if=none,file=/more.iso,readonly=on'/>
                <qemu:arg value='{"driver":"file","filename":"/json.iso"}'/>
              </qemu:commandline>
            </domain>
            """));

    [Fact]
    public void The_drive_with_a_medium_names_it()
    {
        var drive = XElement.Parse(DomainXml.ConfigDrive(Hostile.Model.ConsoleLogPath));

        Assert.Equal(Hostile.Model.ConsoleLogPath, drive.Element("source")!.Attribute("file")!.Value);
    }

    [Fact]
    public void The_drive_without_a_medium_is_the_one_of_the_template()
    {
        var rendered = XElement.Parse(DomainTemplate.Load(null).Render(Machines.Model));

        Assert.Equal(DomainXml.FindConfigDrive(rendered)!, XElement.Parse(DomainXml.ConfigDrive(null)), XNode.EqualityComparer);
    }

    // As virsh dumpxml of libvirt 9.0 shows it.
    [Theory]
    [InlineData("<target dev='sda' bus='scsi'/>", null, false)]
    [InlineData("<source file='/a &amp; b.iso' index='4'/><backingStore/><target dev='sda' bus='scsi'/>", "/a & b.iso", false)]
    [InlineData("<source file='/config.iso' index='4'/><backingStore/><target dev='sda' bus='scsi' tray='open'/>", "/config.iso", true)]
    [InlineData("<source index='5'/><target dev='sda' bus='scsi'/>", null, false)]
    [InlineData("<source index='5'/><target dev='sda' bus='scsi' tray='open'/>", null, true)]
    public void The_drive_is_read_out_of_live_XML(string inside, string? medium, bool open)
    {
        var xml = $"""
            <domain type='qemu' id='2'>
              <devices>
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                <disk type='file' device='disk'>
                  <source file='/run/root.qcow2' index='2'/>
                  <target dev='vda' bus='virtio'/>
                  <alias name='virtio-disk0'/>
                </disk>
                <disk type='file' device='cdrom'>
                  <source file='/elsewhere/other.iso' index='1'/>
                  <target dev='sdb' bus='scsi' tray='open'/>
                  <alias name='scsi0-0-0-1'/>
                </disk>
                <disk type='file' device='cdrom'>
                  <driver name='qemu' type='raw'/>
                  {inside}
                  <readonly/>
                  <alias name='ua-config'/>
                  <address type='drive' controller='0' bus='0' target='0' unit='0'/>
                </disk>
              </devices>
            </domain>
            """;

        Assert.Equal(new DriveState(medium, open), DomainXml.ReadConfigDrive(xml));
    }

    [Fact]
    public void A_drive_that_was_unplugged_is_empty() =>
        Assert.Equal(new DriveState(null, TrayOpen: false), DomainXml.ReadConfigDrive("<domain><devices/></domain>"));
}

using System.Xml.Linq;

namespace Libvirt.Tests;

public sealed class DomainTests
{
    [Fact]
    public void A_transient_domain_is_found_in_every_way_until_it_is_destroyed()
    {
        using var connection = TestDriver.Open();
        var name = TestDriver.UniqueName();
        var uuid = Guid.NewGuid();

        using var domain = connection.CreateDomain(TestDriver.DomainXml(name, uuid));

        Assert.Equal(uuid, domain.Uuid);
        using (var byName = connection.FindDomainByName(name))
        using (var byUuid = connection.FindDomainByUuid(uuid))
        {
            Assert.Equal([uuid, uuid], [byName!.Uuid, byUuid!.Uuid]);
        }

        Assert.Contains(uuid, Uuids(connection));

        domain.Destroy();

        Assert.Null(connection.FindDomainByName(name));
        Assert.Null(connection.FindDomainByUuid(uuid));
        Assert.DoesNotContain(uuid, Uuids(connection));
    }

    [Fact]
    public void A_state_comes_with_its_reason()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        Assert.Equal((DomainState.Running, (DomainStateReason)0x101), domain.GetState()); // VIR_DOMAIN_RUNNING_BOOTED

        domain.Suspend();
        domain.Resume();
        Assert.Equal((DomainState.Running, (DomainStateReason)0x105), domain.GetState()); // VIR_DOMAIN_RUNNING_UNPAUSED

        domain.Suspend();
        Assert.Equal((DomainState.Paused, DomainStateReason.PausedUser), domain.GetState());
        Assert.True(domain.GetIsActive());

        domain.Destroy();
    }

    [Fact]
    public void A_domain_tells_what_it_has()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));

        Assert.Equal("A title with ünïcödé", XDocument.Parse(domain.GetXml()).Root!.Element("title")!.Value);
        domain.Destroy();
    }

    [Fact]
    public void Metadata_is_read_and_changed()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));

        Assert.Equal("42", XElement.Parse(domain.GetMetadata(TestDriver.MetadataNamespace)!).Value);
        Assert.Null(domain.GetMetadata("urn:of-nobody"));

        domain.SetMetadata("<run>für später</run>", "t", TestDriver.MetadataNamespace);
        Assert.Equal("für später", XElement.Parse(domain.GetMetadata(TestDriver.MetadataNamespace)!).Value);
        domain.Destroy();
    }

    [Fact]
    public void A_taken_name_is_an_error_that_names_it()
    {
        using var connection = TestDriver.Open();
        var name = TestDriver.UniqueName();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(name));

        var error = Assert.Throws<LibvirtException>(() => connection.CreateDomain(TestDriver.DomainXml(name)));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal(LibvirtErrorCode.OperationFailed, error.Code);
        domain.Destroy();
    }

    [Theory]
    [InlineData("<domain", LibvirtErrorCode.XmlDetail)]
    [InlineData("<domain type='test'><name>x</name></domain>", LibvirtErrorCode.XmlError)]
    [InlineData("<nodomain/>", LibvirtErrorCode.XmlError)]
    public void Wrong_xml_is_an_error_of_its_kind(string xml, LibvirtErrorCode code)
    {
        using var connection = TestDriver.Open();

        Assert.Equal(code, Assert.Throws<LibvirtException>(() => connection.CreateDomain(xml)).Code);
    }

    [Fact]
    public void A_domain_that_is_gone_says_so()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        domain.Destroy();

        Assert.Equal(LibvirtErrorCode.NoDomain, Assert.Throws<LibvirtException>(() => domain.GetState()).Code);
        Assert.Equal(LibvirtErrorCode.NoDomain, Assert.Throws<LibvirtException>(() => domain.Destroy()).Code);
    }

    [Fact]
    public void What_a_driver_cannot_do_is_an_error_of_its_kind()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));

        Assert.Equal(LibvirtErrorCode.NoSupport, Assert.Throws<LibvirtException>(() => domain.OpenConsole()).Code);
        Assert.Equal(LibvirtErrorCode.NoSupport, Assert.Throws<LibvirtException>(() => domain.QemuMonitorCommand("{}")).Code);
        domain.Destroy();
    }

    private static IEnumerable<Guid> Uuids(LibvirtConnection connection)
    {
        foreach (var domain in connection.ListDomains(ListDomainsFlags.Active))
        {
            using (domain)
            {
                yield return domain.Uuid;
            }
        }
    }
}

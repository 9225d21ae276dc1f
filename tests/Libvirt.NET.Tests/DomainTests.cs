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

        Assert.Equal(name, domain.Name);
        Assert.Equal(uuid, domain.Uuid);
        Assert.True(domain.Id > 0);
        Assert.False(domain.GetIsPersistent());
        using (var byName = connection.FindDomainByName(name))
        using (var byUuid = connection.FindDomainByUuid(uuid))
        using (var byId = connection.FindDomainById(domain.Id))
        {
            Assert.Equal([uuid, uuid, uuid], [byName!.Uuid, byUuid!.Uuid, byId!.Uuid]);
        }

        Assert.Contains(name, Names(connection, ListDomainsFlags.Transient));
        Assert.DoesNotContain(name, Names(connection, ListDomainsFlags.Persistent));

        domain.Destroy();

        Assert.Null(connection.FindDomainByName(name));
        Assert.Null(connection.FindDomainByUuid(uuid));
        Assert.DoesNotContain(name, Names(connection, ListDomainsFlags.None));
    }

    [Fact]
    public void A_state_comes_with_its_reason()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        Assert.Equal((DomainState.Running, DomainStateReason.RunningBooted), domain.GetState());

        domain.Suspend();
        domain.Resume();
        Assert.Equal((DomainState.Running, DomainStateReason.RunningUnpaused), domain.GetState());

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

        var info = domain.GetInfo();

        Assert.Equal((DomainState.Running, 32768L, 32768L, 2), (info.State, info.MaximumMemoryKiB, info.MemoryKiB, info.VirtualCpus));
        Assert.Equal(domain.Name, XDocument.Parse(domain.GetXml()).Root!.Element("name")!.Value);
        domain.Destroy();
    }

    [Fact]
    public void Metadata_is_read_changed_and_removed()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));

        Assert.Equal("A title with ünïcödé", domain.GetMetadata(MetadataKind.Title));
        Assert.Equal("42", XElement.Parse(domain.GetMetadata(MetadataKind.Element, TestDriver.MetadataNamespace)!).Value);
        Assert.Null(domain.GetMetadata(MetadataKind.Description));

        domain.SetMetadata(MetadataKind.Description, "für später");
        domain.SetMetadata(MetadataKind.Element, "<run>43</run>", "t", TestDriver.MetadataNamespace);
        Assert.Equal("für später", domain.GetMetadata(MetadataKind.Description));
        Assert.Equal("43", XElement.Parse(domain.GetMetadata(MetadataKind.Element, TestDriver.MetadataNamespace)!).Value);

        domain.SetMetadata(MetadataKind.Element, null, "t", TestDriver.MetadataNamespace);
        Assert.Null(domain.GetMetadata(MetadataKind.Element, TestDriver.MetadataNamespace));
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

    [Fact]
    public void A_persistent_domain_is_defined_started_and_undefined()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.DefineDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        Assert.False(domain.GetIsActive());

        domain.Start();
        Assert.True(domain.GetIsActive());
        domain.Shutdown();
        Assert.Equal((DomainState.ShutOff, DomainStateReason.ShutOffShutdown), domain.GetState());

        domain.Undefine();
        Assert.Null(connection.FindDomainByName(domain.Name));
    }

    [Fact]
    public void A_saved_domain_is_restored()
    {
        using var connection = TestDriver.Open();
        using var domain = connection.CreateDomain(TestDriver.DomainXml(TestDriver.UniqueName()));
        var path = Path.GetTempFileName();
        try
        {
            domain.Save(path);
            Assert.Null(connection.FindDomainByUuid(domain.Uuid));
            Assert.Contains(domain.Name, connection.GetSavedXml(path), StringComparison.Ordinal);

            connection.Restore(path);

            using var restored = connection.FindDomainByUuid(domain.Uuid);
            Assert.Equal(DomainState.Running, restored!.GetState().State);
            restored.Destroy();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<string> Names(LibvirtConnection connection, ListDomainsFlags flags)
    {
        foreach (var domain in connection.ListDomains(flags))
        {
            using (domain)
            {
                yield return domain.Name;
            }
        }
    }
}

using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Xml;

public sealed class DomainXmlTests
{
    [Fact]
    public void The_alias_is_one_that_libvirt_lets_a_user_choose() =>
        Assert.StartsWith("ua-", DomainXml.ConfigDriveAlias, StringComparison.Ordinal);
}

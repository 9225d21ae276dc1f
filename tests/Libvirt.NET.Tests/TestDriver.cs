namespace Libvirt.Tests;

/// <summary>
/// libvirt's test driver, which needs no daemon. Its domains live in the process and are shared by all connections to this URI, so
/// every test makes domains of its own name.
/// </summary>
internal static class TestDriver
{
    public const string Uri = "test:///default";

    public const string MetadataNamespace = "urn:libvirt-net:tests";

    // Never the last callback: libvirt deregisters that and loses an event that comes meanwhile, and with it every later one of this driver
    // (virObjectEventStateQueueRemote looks at the timer before it takes the lock).
    private static readonly Lazy<DomainEventSubscription> OneMore =
        new(() => LibvirtConnection.Open(Uri).SubscribeDomainEvents(DomainEventKinds.Reboot));

    /// <summary>A reason to skip the calling test, where there is no libvirt.</summary>
    public static void RequireLibvirt()
    {
        Assert.SkipUnless(LibvirtLibrary.Probe().Problem is null, LibvirtLibrary.Probe().Problem ?? "");
        Assert.NotNull(OneMore.Value);
    }

    public static LibvirtConnection Open()
    {
        RequireLibvirt();
        return LibvirtConnection.Open(Uri);
    }

    /// <summary>What is told of one domain.</summary>
    public static IAsyncEnumerable<DomainEvent> Of(
        this DomainEventSubscription events, LibvirtDomain domain, CancellationToken cancellationToken) =>
        events.ReadAllAsync(cancellationToken).Where(item => item.Domain == domain.Uuid);

    public static string UniqueName() => $"t-{Guid.NewGuid():N}";

    public static string DomainXml(string name, Guid? uuid = null) =>
        $"""
        <domain type='test'>
          <name>{name}</name>
          <uuid>{uuid ?? Guid.NewGuid()}</uuid>
          <title>A title with ünïcödé</title>
          <metadata><t:run xmlns:t='{MetadataNamespace}'>42</t:run></metadata>
          <memory unit='MiB'>32</memory>
          <vcpu>2</vcpu>
          <os><type>hvm</type></os>
        </domain>
        """;
}

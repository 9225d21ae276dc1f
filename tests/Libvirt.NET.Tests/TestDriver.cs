namespace Libvirt.Tests;

/// <summary>
/// libvirt's test driver, which needs no daemon. Its domains live in the process and are shared by all connections to this URI, so
/// every test makes domains of its own name.
/// </summary>
internal static class TestDriver
{
    public const string Uri = "test:///default";

    public const string MetadataNamespace = "urn:libvirt-net:tests";

    /// <summary>A reason to skip the calling test, where there is no libvirt.</summary>
    public static void RequireLibvirt() =>
        Assert.SkipUnless(LibvirtLibrary.Probe().IsAvailable, LibvirtLibrary.Probe().Problem ?? "");

    public static LibvirtConnection Open()
    {
        RequireLibvirt();
        return LibvirtConnection.Open(Uri);
    }

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

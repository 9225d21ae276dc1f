namespace Libvirt.Tests;

/// <summary>The tests that share a private libvirtd, one after another, as some of them kill it.</summary>
[CollectionDefinition(nameof(DaemonCollection))]
public sealed class DaemonCollection : ICollectionFixture<DaemonFixture>;

namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>Fragments of domain XML that the driver sends, and what it reads out of a domain's XML.</summary>
internal static class DomainXml
{
    /// <summary>The namespace of the run's metadata.</summary>
    public const string MetadataNamespace = "https://orchestrator.dev/xmlns/run/1";

    /// <summary>The prefix under which the metadata are written.</summary>
    public const string MetadataPrefix = "orchestrator";

    /// <summary>The alias of the config drive; its tray events bear it.</summary>
    public const string ConfigDriveAlias = "ua-config";

    /// <summary>The metadata element as virDomainSetMetadata takes it.</summary>
    public static string Metadata(VmSpec spec) => throw new NotSupportedException(spec.InstanceName);

    /// <summary>The run that a domain's XML or its metadata element names; null if the domain is not ours.</summary>
    public static RunMetadata? ReadMetadata(string xml) => throw new NotSupportedException(xml);

    /// <summary>The config drive with or without a medium, as virDomainUpdateDeviceFlags takes it.</summary>
    public static string ConfigDrive(string? mediumPath) => throw new NotSupportedException(mediumPath);

    /// <summary>The config drive in a domain's live XML.</summary>
    public static DriveState ReadConfigDrive(string domainXml) => throw new NotSupportedException(domainXml);
}

using System.Globalization;
using System.Xml.Linq;

namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>
/// Pieces of domain XML that the driver sends, and what it reads out of a domain's XML (https://libvirt.org/formatdomain.html).
/// </summary>
internal static class DomainXml
{
    /// <summary>The namespace of the run's metadata.</summary>
    public const string MetadataNamespace = "https://orchestrator.dev/xmlns/run/1";

    /// <summary>The prefix of the run's metadata, virDomainSetMetadata's key.</summary>
    public const string MetadataPrefix = "orchestrator";

    /// <summary>
    /// The alias of the config drive, and what its tray events say. libvirt keeps an alias that a user chose only if it begins with
    /// <c>ua-</c>.
    /// </summary>
    public const string ConfigDriveAlias = "ua-config";

    /// <summary>The config drive's name in libvirt, by which it finds what to update.</summary>
    public const string ConfigDriveTarget = "sda";

    /// <summary>The config drive's bus: one whose drives every Linux kernel sees, with a tray that the guest opens.</summary>
    public const string ConfigDriveBus = "scsi";

    private const string RunElement = "run";

    /// <summary>
    /// The metadata element as virDomainSetMetadata takes it, with <see cref="MetadataPrefix"/> and <see cref="MetadataNamespace"/>: itself
    /// without a namespace, which libvirt adds.
    /// </summary>
    public static string Metadata(VmSpec spec) => new XElement(
        RunElement,
        new XAttribute("id", spec.Id.Value),
        new XAttribute("instance", spec.Machine.Name),
        new XAttribute("owner", spec.Owner.Value),
        spec.Deadline is { } deadline ? new XAttribute("deadline", XmlValue.Time(deadline)) : null).ToString(SaveOptions.DisableFormatting);

    /// <summary>The run that a domain belongs to.</summary>
    /// <param name="xml">The domain's XML, or its metadata element as virDomainGetMetadata returns it.</param>
    /// <returns>Null if the domain is not ours.</returns>
    public static RunMetadata? ReadMetadata(string xml)
    {
        var root = XElement.Parse(xml);
        return root.Name == RunElement ? ReadRun(root) : ReadMetadata(root);
    }

    /// <summary>The run that a domain belongs to; null if it is not ours.</summary>
    public static RunMetadata? ReadMetadata(XElement domain) =>
        domain.Element("metadata")?.Element(XName.Get(RunElement, MetadataNamespace)) is { } run ? ReadRun(run) : null;

    /// <summary>The config drive as virDomainUpdateDeviceFlags takes it.</summary>
    /// <param name="mediumPath">Absolute path of the medium to insert; null to remove the one in it.</param>
    public static string ConfigDrive(string? mediumPath) => new XElement(
        "disk",
        new XAttribute("type", "file"),
        new XAttribute("device", "cdrom"),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw")),
        mediumPath is null ? null : new XElement("source", new XAttribute("file", mediumPath)),
        new XElement("target", new XAttribute("dev", ConfigDriveTarget), new XAttribute("bus", ConfigDriveBus)),
        new XElement("readonly"),
        new XElement("alias", new XAttribute("name", ConfigDriveAlias))).ToString(SaveOptions.DisableFormatting);

    /// <summary>The config drive in a domain's live XML. One that was unplugged is empty.</summary>
    public static DriveState ReadConfigDrive(string domainXml)
    {
        var drive = FindConfigDrive(XElement.Parse(domainXml));

        // What is left of the source after an eject has an index and no file.
        var medium = drive?.Element("source")?.Attribute("file")?.Value;
        return new DriveState(string.IsNullOrEmpty(medium) ? null : medium, drive?.Element("target")?.Attribute("tray")?.Value == "open");
    }

    /// <summary>The config drive's element in a domain; null if it has none.</summary>
    public static XElement? FindConfigDrive(XElement domain) => domain.Elements("devices").Elements("disk").FirstOrDefault(disk =>
        disk.Attribute("device")?.Value == "cdrom" && disk.Element("alias")?.Attribute("name")?.Value == ConfigDriveAlias);

    /// <summary>Every absolute path in a domain's XML, also within the arguments that are QEMU's own.</summary>
    public static IReadOnlyList<string> ReadPaths(string domainXml) =>
    [
        .. XElement.Parse(domainXml).Descendants()
            .SelectMany(element => element.Attributes().Select(attribute => attribute.Value).Append(element.HasElements ? string.Empty : element.Value))
            .SelectMany(value => value.Split(',', '=', '"').Append(value))
            .Where(Path.IsPathRooted)
            .Distinct(),
    ];

    private static RunMetadata? ReadRun(XElement run)
    {
        if (!VmId.TryParse(run.Attribute("id")?.Value, out var id)
            || run.Attribute("instance")?.Value is not { Length: > 0 } instance
            || run.Attribute("owner")?.Value is not { Length: > 0 } owner)
        {
            return null;
        }

        DateTimeOffset? deadline = DateTimeOffset.TryParse(
            run.Attribute("deadline")?.Value,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time) ? time : null;
        return new RunMetadata(id, instance, new OwnerId(owner), deadline);
    }
}

/// <summary>The config drive as a domain's live XML shows it.</summary>
/// <param name="MediumPath">The medium in it; null if it is empty.</param>
/// <param name="TrayOpen">Whether its tray is open.</param>
internal sealed record DriveState(string? MediumPath, bool TrayOpen);

/// <summary>What a domain's metadata say about the run it belongs to.</summary>
/// <param name="Id">The run.</param>
/// <param name="InstanceName">The instance's name.</param>
/// <param name="Owner">The state directory the run belongs to.</param>
/// <param name="Deadline">When the run's time will be up; null where none was written.</param>
internal sealed record RunMetadata(VmId Id, string InstanceName, OwnerId Owner, DateTimeOffset? Deadline);

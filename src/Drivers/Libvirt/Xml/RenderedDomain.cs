using System.Xml;
using System.Xml.Linq;

namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>
/// What the driver relies on in a rendered domain, whoever wrote the template. Everything else is the template's to decide.
/// </summary>
internal static class RenderedDomain
{
    /// <summary>Checks it.</summary>
    /// <param name="template">The template's name, for messages.</param>
    /// <param name="xml">What it rendered.</param>
    /// <param name="model">What it was rendered for.</param>
    /// <exception cref="ConfigurationException">It is not well-formed XML, or lacks something.</exception>
    public static void Check(string template, string xml, DomainModel model)
    {
        XElement domain;
        try
        {
            domain = XElement.Parse(xml);
        }
        catch (XmlException exception)
        {
            throw new ConfigurationException(
                $"{template}: what it makes is not well-formed XML: {exception.Message} That line is: {LineOf(xml, exception)}",
                exception);
        }

        if (FindFault(domain, model) is { } fault)
        {
            throw new ConfigurationException($"{template}: {fault}; compare with the built-in template: orchestrator template domain");
        }
    }

    private static string? FindFault(XElement domain, DomainModel model)
    {
        var spec = model.Spec;
        var run = DomainXml.ReadMetadata(domain);
        if (domain.Name != "domain")
        {
            return $"makes a <{domain.Name.LocalName}> and not a <domain>";
        }

        if (domain.Element("name")?.Value != spec.Machine.Name)
        {
            return "the domain needs <name>{{ name }}</name>";
        }

        if (!Guid.TryParse(domain.Element("uuid")?.Value, out var uuid) || uuid != spec.Id.Uuid)
        {
            return "the domain needs <uuid>{{ uuid }}</uuid>";
        }

        if (run is null || run.Id != spec.Id || run.Owner != spec.Owner || run.InstanceName != spec.Machine.Name)
        {
            return "the domain's <metadata> need the element <orchestrator:run> with id, instance and owner, by which its run finds it";
        }

        return FindWrongAction(domain, spec) ?? FindWrongDisk(domain, model) ?? FindWrongDrive(domain) ?? FindWrongConsole(domain, model) ?? FindWrongMount(domain, spec);
    }

    // What an action is when the template says nothing is written in libvirt's "Events configuration".
    private static string? FindWrongAction(XElement domain, VmSpec spec)
    {
        (string Element, string Default, string Needed)[] actions =
        [
            ("on_poweroff", "destroy", "destroy"),
            ("on_reboot", "restart", XmlValue.RebootAction(spec.Machine.OnReboot)),
            ("on_crash", "destroy", "destroy"),
        ];
        var (element, _, needed) = actions.FirstOrDefault(action =>
            (domain.Element(action.Element)?.Value ?? action.Default) != action.Needed);
        return element is null ? null : $"<{element}> must be {needed} for this machine";
    }

    private static string? FindWrongDisk(XElement domain, DomainModel model)
    {
        var disk = domain.Elements("devices").Elements("disk").FirstOrDefault(disk => FileOf(disk) == model.OverlayPath);
        if (disk is null)
        {
            return "the domain needs a disk with the source {{ overlay }}";
        }

        if (disk.Element("driver")?.Attribute("type")?.Value != "qcow2")
        {
            return "the disk {{ overlay }} needs a <driver> of type qcow2";
        }

        // Without an end to the chain, libvirt looks for more of it in the images, which a guest may have written.
        var link = disk.Element("backingStore");
        foreach (var (path, format) in model.BackingChain)
        {
            if (link is null || FileOf(link) != path || link.Element("format")?.Attribute("type")?.Value != format)
            {
                return "the disk {{ overlay }} needs every image of {{ backing_chain }} with its format as <backingStore>;"
                    + $" {path} is not there";
            }

            link = link.Element("backingStore");
        }

        return link is null || link.HasElements ? "the disk's innermost <backingStore/> must be there, and empty" : null;
    }

    private static string? FindWrongDrive(XElement domain) => DomainXml.FindConfigDrive(domain) switch
    {
        null => "the domain needs a drive (device='cdrom') with the alias {{ config_drive_alias }}",
        var drive when FileOf(drive) is not null => "the drive {{ config_drive_alias }} must be empty at first",

        // By these two libvirt finds the drive whose medium is to be changed.
        var drive when drive.Element("target") is not { } target
            || target.Attribute("dev")?.Value != DomainXml.ConfigDriveTarget
            || target.Attribute("bus")?.Value != DomainXml.ConfigDriveBus =>
            $"the drive {{{{ config_drive_alias }}}} needs the <target dev='{DomainXml.ConfigDriveTarget}' bus='{DomainXml.ConfigDriveBus}'/>",
        _ => null,
    };

    private static string? FindWrongConsole(XElement domain, DomainModel model) =>
        domain.Elements("devices").Elements().Any(device =>
            device.Name.LocalName is "serial" or "console"
            && device.Attribute("type")?.Value == "pty"
            && device.Element("log")?.Attribute("file")?.Value == model.ConsoleLogPath)
            ? null
            : "the domain needs a <serial> or <console> of type pty with a <log> to {{ console_log }}";

    private static string? FindWrongMount(XElement domain, VmSpec spec) => spec.Machine.Mounts.FirstOrDefault(mount =>
        !domain.Elements("devices").Elements("filesystem").Any(shared =>
            shared.Element("target")?.Attribute("dir")?.Value == mount.Tag
            && shared.Element("source")?.Attribute("dir")?.Value == mount.Source
            && shared.Element("readonly") is not null)) is { } missing
        ? $"the domain needs a <filesystem> with <readonly/> for every one of {{{{ mounts }}}}; {missing.Tag} is not there"
        : null;

    private static string? FileOf(XElement disk) => disk.Element("source")?.Attribute("file")?.Value;

    private static string LineOf(string xml, XmlException exception) =>
        xml.Split('\n').ElementAtOrDefault(exception.LineNumber - 1)?.Trim() ?? "";
}

using Scriban.Runtime;

namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>
/// The variables of the template. Texts are escaped here, so that no template can forget it: what a template gets is a number, a truth
/// value or text that is as good in an element as in an attribute.
/// </summary>
internal static class TemplateVariables
{
    /// <summary>The variables for a machine.</summary>
    /// <exception cref="ConfigurationException">A path has a character that XML has no way to say.</exception>
    public static ScriptObject For(DomainModel model)
    {
        var spec = model.Spec;
        var chain = new ScriptArray();
        foreach (var (path, format) in model.BackingChain)
        {
            chain.Add(new ScriptObject { ["path"] = XmlValue.Escape(path), ["format"] = XmlValue.Escape(format) });
        }

        var mounts = new ScriptArray();
        foreach (var mount in spec.Machine.Mounts)
        {
            mounts.Add(new ScriptObject { ["source"] = XmlValue.Escape(mount.Source), ["tag"] = XmlValue.Escape(mount.Tag) });
        }

        return new ScriptObject
        {
            ["arch"] = spec.Machine.Architecture == GuestArchitecture.X64 ? "x86_64" : "aarch64",
            ["kvm"] = model.Kvm,
            ["name"] = XmlValue.Escape(spec.Machine.Name),
            ["uuid"] = spec.Id.Uuid.ToString(),
            ["run_id"] = XmlValue.Escape(spec.Id.Value),
            ["owner"] = XmlValue.Escape(spec.Owner.Value),
            ["deadline"] = spec.Deadline is { } deadline ? XmlValue.Time(deadline) : null,
            ["cpus"] = spec.Machine.Processors,
            ["memory_bytes"] = spec.Machine.MemoryBytes,
            ["translated_code_mib"] = VmSpec.TranslatedCodeBytes >> 20,
            ["overlay"] = XmlValue.Escape(model.OverlayPath),
            ["base_image"] = XmlValue.Escape(model.BaseImagePath),
            ["backing_chain"] = chain,
            ["console_log"] = XmlValue.Escape(model.ConsoleLogPath),
            ["guest_port"] = XmlValue.Escape(model.GuestPortPath),
            ["firmware_variables"] = XmlValue.Escape(model.FirmwareVariablesPath),
            ["network"] = spec.Machine.Network switch
            {
                NetworkMode.Internet => "internet",
                NetworkMode.Open => "open",
                NetworkMode.Restricted => "restricted",
                _ => "none",
            },
            ["wire"] = model.WirePath is { } wire ? XmlValue.Escape(wire.Replace(",", ",,", StringComparison.Ordinal)) : null,
            ["mounts"] = mounts,
            ["ssh_port"] = spec.SshPort,
            ["on_reboot"] = XmlValue.RebootAction(spec.Machine.OnReboot),
            ["config_drive_alias"] = DomainXml.ConfigDriveAlias,
        };
    }
}

using System.Xml.Linq;

namespace Orchestrator.Drivers.Libvirt.Xml;

/// <summary>A run whose domain has the name that another run wants.</summary>
/// <param name="Run">The run.</param>
/// <param name="Owner">The state directory it belongs to.</param>
/// <param name="StateDirectory">The path of that; null where the domain's disks do not tell.</param>
internal sealed record Namesake(VmId Run, OwnerId Owner, string? StateDirectory)
{
    /// <summary>Reads one out of a domain's XML.</summary>
    /// <returns>Null if the domain is no run's.</returns>
    public static Namesake? Read(string domainXml)
    {
        var domain = XElement.Parse(domainXml);
        return DomainXml.ReadMetadata(domain) is { } run ? new Namesake(run.Id, run.Owner, FindStateDirectory(domain, run.Id)) : null;
    }

    // STATE/runs/RUN/root.qcow2: metadata know the owner as an opaque word only.
    private static string? FindStateDirectory(XElement domain, VmId run) => domain.Descendants("source")
        .Select(source => source.Attribute("file")?.Value)
        .Where(file => file?.EndsWith($"/{run}/{RunFiles.Overlay}", StringComparison.Ordinal) == true)
        .Select(file => Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(file))))
        .FirstOrDefault();
}

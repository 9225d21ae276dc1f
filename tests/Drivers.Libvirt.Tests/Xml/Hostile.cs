using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Tests.Xml;

/// <summary>A machine whose paths hold whatever a file system allows and XML does.</summary>
internal static class Hostile
{
    public const string Name = "a b,c:d&e<f>g'h\"i]]>&amp;{{ owner }}ä😀\\";

    public static DomainModel Model { get; } = Machines.For(Machines.Spec with
    {
        RunDirectory = $"/state/{Name}",
        Machine = Machines.Spec.Machine with { BaseImagePath = $"/images/{Name}.qcow2" },
        Owner = new OwnerId(Name),
    });
}

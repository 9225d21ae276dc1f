using System.Reflection;
using Orchestrator.Composition;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Libvirt;
using Orchestrator.Drivers.Qemu;

namespace Orchestrator.Tests.Architecture;

public sealed class DependencyTests
{
    private static readonly Assembly Program = typeof(CompositionRoot).Assembly;
    private static readonly Assembly Contract = typeof(IHypervisorDriver).Assembly;
    private static readonly Assembly[] Drivers = [typeof(QemuDriver).Assembly, typeof(LibvirtDriver).Assembly];

    [Fact]
    public void The_contract_references_nothing_of_ours() =>
        Assert.DoesNotContain(Contract.GetReferencedAssemblies(), IsOurs);

    [Fact]
    public void Drivers_reference_the_contract_and_neither_the_program_nor_each_other()
    {
        var forbidden = Drivers.Append(Program).Select(assembly => assembly.GetName().Name).ToHashSet();
        foreach (var driver in Drivers)
        {
            var references = driver.GetReferencedAssemblies().Select(reference => reference.Name).ToList();
            Assert.Contains(Contract.GetName().Name, references);
            Assert.DoesNotContain(references, forbidden.Contains);
        }
    }

    [Fact]
    public void Only_the_composition_root_names_a_concrete_driver()
    {
        var concrete = Drivers
            .SelectMany(driver => driver.GetTypes())
            .Where(type => typeof(IHypervisorDriver).IsAssignableFrom(type))
            .ToHashSet();
        var naming = Program.GetTypes()
            .Where(type => type.Namespace != typeof(CompositionRoot).Namespace && TypeUses.Of(type).Any(concrete.Contains))
            .Select(type => type.FullName);

        Assert.Contains(typeof(CompositionRoot).Assembly.GetTypes(), type => TypeUses.Of(type).Any(concrete.Contains));
        Assert.Empty(naming);
    }

    private static bool IsOurs(AssemblyName name) =>
        name.Name is "orchestrator" or "Iso9660" or "Libvirt.NET" || name.Name!.StartsWith("Orchestrator.", StringComparison.Ordinal);
}

using System.Reflection;
using Orchestrator.Drivers;

namespace Orchestrator.Conformance;

public sealed class EveryDriverTests
{
    [Fact]
    public void Every_driver_has_its_conformance_tests()
    {
        var drivers = Directory.EnumerateFiles(AppContext.BaseDirectory, "Orchestrator.Drivers.*.dll")
            .SelectMany(file => Assembly.Load(AssemblyName.GetAssemblyName(file)).GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IHypervisorDriver)))
            .ToArray();
        var tested = typeof(EveryDriverTests).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, BaseType.IsGenericType: true }
                && type.BaseType.GetGenericTypeDefinition() == typeof(DriverConformance<>))
            .Select(type => type.BaseType!.GetGenericArguments()[0]);

        Assert.NotEmpty(drivers);
        Assert.Equal(drivers.OrderBy(type => type.FullName), tested.OrderBy(type => type.FullName));
    }
}

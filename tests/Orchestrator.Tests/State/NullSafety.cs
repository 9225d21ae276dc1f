using System.Reflection;

namespace Orchestrator.Tests.State;

/// <summary>What was read from a file may have been made without its constructor's and its compiler's promises.</summary>
internal static class NullSafety
{
    /// <summary>Fails where a property is null that never is.</summary>
    public static void Require(object read)
    {
        var nullability = new NullabilityInfoContext();
        Assert.All(
            read.GetType().GetProperties().Where(property => nullability.Create(property).ReadState == NullabilityState.NotNull),
            property => Assert.True(property.GetValue(read) is not null, $"{property.Name} is null"));
    }
}

using System.Text.Json;
using Orchestrator.Drivers.Host.Machines;

namespace Orchestrator.Drivers.Host.Tests.Machines;

public sealed class StorageLimitTests
{
    [Theory]
    [InlineData("""{"nospace":false,"operation":"write","action":"report","reason":"Disk quota exceeded"}""", "Disk quota exceeded")]
    [InlineData("""{"nospace":false,"operation":"write","action":"report","reason":"File too large"}""", "File too large")]
    [InlineData("""{"nospace":true,"operation":"write","action":"stop","reason":"No space left on device"}""", null)]
    [InlineData("""{"nospace":false,"operation":"write","action":"report","reason":"Input/output error"}""", null)]
    [InlineData("""{"reason":7}""", null)]
    [InlineData("7", null)]
    public void A_quota_and_the_largest_size_of_a_file_are_told_apart_from_other_errors(string error, string? limit)
    {
        using var document = JsonDocument.Parse(error);

        Assert.Equal(limit, StorageLimit.FindIn(document.RootElement));
    }
}

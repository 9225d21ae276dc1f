using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Tests.Configuration;

/// <summary>How a user says what a guest may reach.</summary>
public sealed class AllowedDestinationTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", null)]
    [InlineData("10.1.0.0/16", "10.1.0.0/16", null)]
    [InlineData("10.1.0.0/16:443", "10.1.0.0/16", 443)]
    [InlineData("10.1.2.3:5000", "10.1.2.3", 5000)]
    [InlineData("fd00::1", "fd00::1", null)]
    [InlineData("[fd00::1]:443", "fd00::1", 443)]
    [InlineData("cache.example:3142", "cache.example", 3142)]
    public void It_is_read_and_written_the_same(string text, string host, int? port)
    {
        var destination = AllowedDestination.Parse(text);
        Assert.Equal(new AllowedDestination(host, port), destination);
        Assert.Equal(text, destination!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("cache.example")]
    [InlineData("10.1.2.3:0")]
    [InlineData("10.1.2.3:65536")]
    [InlineData("10.1.2.3/33")]
    [InlineData("[cache.example]:80")]
    [InlineData("a b:80")]
    [InlineData("127.0.0.1:5000")]
    [InlineData("127.0.0.0/8")]
    [InlineData("localhost:22")]
    [InlineData("::1")]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    [InlineData("8080")]
    [InlineData("http://cache.example:80")]
    public void Anything_else_is_refused(string text)
    {
        _ = DestinationKind.List.Read(SourceValue.Untyped(text), out var problem);
        Assert.True(text.Length == 0 || problem is not null);
        _ = new DestinationKind().Read(SourceValue.Untyped(text), out problem);
        Assert.NotNull(problem);
    }
}

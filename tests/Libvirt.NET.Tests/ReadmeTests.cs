using System.Runtime.CompilerServices;

namespace Libvirt.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task The_example_runs()
    {
        TestDriver.RequireLibvirt();
        using var limit = new TestLimit();

        await ReadmeSample.RunAsync(TestDriver.Uri, TestDriver.DomainXml(TestDriver.UniqueName()), limit.Token);
    }

    [Fact]
    public void The_example_is_the_readmes()
    {
        var here = SourceDirectory();
        var sample = File.ReadAllLines(Path.Combine(here, "ReadmeSample.cs"))
            .SkipWhile(line => !line.Contains("<sample>", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.Contains("</sample>", StringComparison.Ordinal))
            .Select(line => line.Length > 8 ? line[8..] : "");

        var readme = File.ReadAllText(Path.Combine(here, "../../src/Libvirt.NET/README.md"));

        Assert.Contains($"```csharp\n{string.Join('\n', sample)}\n```", readme, StringComparison.Ordinal);
    }

    private static string SourceDirectory([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

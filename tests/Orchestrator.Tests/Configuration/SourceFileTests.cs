using Orchestrator.Configuration;

namespace Orchestrator.Tests.Configuration;

public sealed class SourceFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_byte_order_mark_is_not_content()
    {
        File.WriteAllBytes(_path, [0xEF, 0xBB, 0xBF, (byte)'[', (byte)']']);

        Assert.Equal("[]"u8.ToArray(), SourceFile.TryRead(_path));
        Assert.Empty(InstancesFile.Load(_path, InstancesText.Settings).Instances);
    }

    [Fact]
    public void The_longest_file_is_read_whole()
    {
        File.WriteAllBytes(_path, new byte[SourceFile.MaximumBytes]);

        Assert.Equal(SourceFile.MaximumBytes, SourceFile.TryRead(_path)!.Length);
    }

    [Fact]
    public void A_file_that_is_not_there_is_nothing() => Assert.Null(SourceFile.TryRead(_path + ".none"));
}

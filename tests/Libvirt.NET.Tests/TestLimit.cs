namespace Libvirt.Tests;

/// <summary>A minute for one test, so that what never comes is a failure with a stack, and not a hang.</summary>
internal sealed class TestLimit : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public TestLimit()
    {
        _source.CancelAfter(TimeSpan.FromMinutes(1));
    }

    public CancellationToken Token => _source.Token;

    public void Dispose() => _source.Dispose();
}

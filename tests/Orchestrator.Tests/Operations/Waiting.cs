using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Tests.Operations;

/// <summary>Waits of tests that talk over real sockets and files.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>For as long as a sound program never needs.</summary>
    public static Task Soon(this Task task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>For as long as a sound program never needs.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>
    /// Lets time pass until something is over. Nothing tells when the other side of a socket has begun to wait for time, so it passes step by step.
    /// </summary>
    public static async Task Passes(this FakeTimeProvider time, TimeSpan step, Task until)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!until.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            time.Advance(step);
            await Task.WhenAny(until, Task.Delay(20, TestContext.Current.CancellationToken));
        }
    }
}

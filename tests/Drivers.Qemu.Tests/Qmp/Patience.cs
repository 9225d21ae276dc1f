namespace Orchestrator.Drivers.Qemu.Tests.Qmp;

/// <summary>Turns a wait that would hang into a failure. Nothing here takes a noticeable part of the limit.</summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task Soon(this Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);
}

using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux;

/// <summary>
/// Waits until a descriptor has something to read, or its other end is gone: a pidfd, a FIFO. .NET's own loop takes sockets only, and has one of the pool's threads wait
/// for each other descriptor; here one thread waits for all of them (epoll(7)). Thread-safe.
/// </summary>
internal sealed class Readiness
{
    private const int StackBytes = 128 * 1024;
    private const int MostAtOnce = 64;

    private static readonly Lazy<Readiness> OfProcess = new(() => new Readiness());

    private readonly SafeFileHandle _poll = Libc.CreatePoll();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _waits = new();
    private long _last;

    private Readiness() => new Thread(Run, StackBytes) { IsBackground = true, Name = "readiness" }.Start();

    /// <summary>Waits for a descriptor that nobody else waits for. It may be disposed meanwhile, and is closed when the wait is over.</summary>
    /// <exception cref="OperationCanceledException">Nobody wants to know any more.</exception>
    /// <exception cref="IOException">It cannot be waited for.</exception>
    public static Task WaitAsync(SafeFileHandle descriptor, CancellationToken cancellationToken) => OfProcess.Value.AddAsync(descriptor, cancellationToken);

    private async Task AddAsync(SafeFileHandle descriptor, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _last);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = false;
        try
        {
            // Its number must not become another file's while the kernel watches it for us.
            descriptor.DangerousAddRef(ref held);
            _waits[id] = ready;
            Libc.AddToPoll(_poll, descriptor, id);
            try
            {
                await ready.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Libc.RemoveFromPoll(_poll, descriptor);
            }
        }
        finally
        {
            _waits.TryRemove(id, out _);
            if (held)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    private void Run()
    {
        Span<long> ready = stackalloc long[MostAtOnce];
        while (true)
        {
            foreach (var id in ready[..Libc.WaitForPoll(_poll, ready)])
            {
                if (_waits.TryGetValue(id, out var wait))
                {
                    wait.TrySetResult();
                }
            }
        }
    }
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux;

/// <content>epoll(7), and what is read where it says that there is something.</content>
internal static unsafe partial class Libc
{
    private const int PollAdd = 1;
    private const int PollDelete = 2;
    private const uint PollOnce = 1u << 30;
    private const int MostEvents = 64;
    private const int LargestEvent = 16;

    // struct epoll_event: the events, then what was given with the descriptor; packed on x86_64 alone.
    private static readonly (int Size, int Data) PollEvent = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (12, 4) : (LargestEvent, 8);

    /// <summary>Something that waits for many descriptors.</summary>
    public static SafeFileHandle CreatePoll()
    {
        var descriptor = EpollCreate(CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("epoll_create1");
    }

    /// <summary>Has it wait, once, until a descriptor is readable.</summary>
    /// <exception cref="IOException">The descriptor cannot be waited for, or is waited for already.</exception>
    public static void AddToPoll(SafeFileHandle poll, SafeFileHandle descriptor, long data)
    {
        var settings = stackalloc byte[LargestEvent];
        *(uint*)settings = (uint)PollIn | PollOnce;
        *(long*)(settings + PollEvent.Data) = data;
        if (EpollControl(poll, PollAdd, descriptor, settings) != 0)
        {
            throw Failure("epoll_ctl");
        }
    }

    /// <summary>Has it wait for a descriptor no more.</summary>
    public static void RemoveFromPoll(SafeFileHandle poll, SafeFileHandle descriptor) => _ = EpollControl(poll, PollDelete, descriptor, null);

    /// <summary>Blocks until at least one descriptor is readable.</summary>
    /// <param name="poll">What waits.</param>
    /// <param name="data">Gets what was given with each that is.</param>
    /// <returns>How many are.</returns>
    public static int WaitForPoll(SafeFileHandle poll, Span<long> data)
    {
        var events = stackalloc byte[LargestEvent * MostEvents];
        int count;
        while ((count = EpollWait(poll, events, Math.Min(data.Length, MostEvents), -1)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failure("epoll_wait");
            }
        }

        for (var index = 0; index < count; index++)
        {
            data[index] = *(long*)(events + (index * PollEvent.Size) + PollEvent.Data);
        }

        return count;
    }

    /// <summary>Reads what there is at the moment of a file that was opened with <see cref="NonBlocking"/>.</summary>
    /// <returns>How many bytes, 0 at its end; null where there is nothing yet.</returns>
    /// <exception cref="IOException"><see cref="Exception.HResult"/> is the errno.</exception>
    public static int? ReadAvailable(SafeFileHandle file, Span<byte> buffer)
    {
        fixed (byte* begin = buffer)
        {
            while (true)
            {
                var count = Read(file, begin, buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                var failure = Failure("read");
                if (failure.HResult == WouldBlock)
                {
                    return null;
                }

                if (failure.HResult != Interrupted)
                {
                    throw failure;
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(SafeFileHandle poll, int operation, SafeFileHandle descriptor, byte* settings);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(SafeFileHandle poll, byte* events, int most, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, byte* data, nint length);
}

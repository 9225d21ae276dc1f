using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>
/// The calls that wait for an answer, and the first cause of a close. Both are under one lock: a call is either added before the
/// cause is set, and then failed with it, or refused. Thread-safe.
/// </summary>
internal sealed class QmpCallTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, QmpCall> _waiting = [];
    private QmpClosure? _cause;

    /// <summary>Adds a call and queues it for sending, in one step, so that commands go out in the order of the calls.</summary>
    /// <param name="id">The call's id.</param>
    /// <param name="call">The call.</param>
    /// <param name="outgoing">The queue, without bound.</param>
    /// <exception cref="QmpConnectionClosedException">The connection has closed or is about to.</exception>
    public void Add(long id, QmpCall call, ChannelWriter<QmpCall> outgoing)
    {
        lock (_gate)
        {
            if (_cause is not null)
            {
                throw new QmpConnectionClosedException(call.Command, _cause);
            }

            _waiting.Add(id, call);
            outgoing.TryWrite(call);
        }
    }

    /// <summary>Takes out the call that an answer is for.</summary>
    /// <returns>False when nobody waits for this answer, or nobody does any more.</returns>
    public bool TryTake(long? id, [NotNullWhen(true)] out QmpCall? call)
    {
        call = null;
        lock (_gate)
        {
            return id is { } known && _waiting.Remove(known, out call);
        }
    }

    /// <summary>Whether the call should still be sent: somebody waits for it, and nothing has ended the connection.</summary>
    public bool IsWanted(QmpCall call)
    {
        lock (_gate)
        {
            return _cause is null && !call.Task.IsCompleted;
        }
    }

    /// <summary>Sets the cause, unless there is one. From here on no call is added.</summary>
    public void Stop(QmpClosure cause)
    {
        lock (_gate)
        {
            _cause ??= cause;
        }
    }

    /// <summary>Fails every call that waits. Only after <see cref="Stop"/>.</summary>
    /// <returns>The first cause.</returns>
    public QmpClosure Close()
    {
        QmpClosure cause;
        QmpCall[] failed;
        lock (_gate)
        {
            cause = _cause ?? throw new InvalidOperationException("nothing has ended the connection yet");
            failed = [.. _waiting.Values];
            _waiting.Clear();
        }

        foreach (var call in failed)
        {
            call.Close(cause);
        }

        return cause;
    }
}

using System.Net.Sockets;
using System.Text.Json;

namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>Why a connection ended. The first cause is the only one that is kept.</summary>
/// <param name="Reason">For code that can do something about it.</param>
/// <param name="Detail">For a person: part of a sentence, on one line.</param>
/// <param name="Error">What was caught, if anything.</param>
internal sealed record QmpClosure(QmpCloseReason Reason, string Detail, Exception? Error = null)
{
    /// <summary>What a failed read, or a message that cannot be understood, says about the connection.</summary>
    public static QmpClosure OfReading(Exception error) => error switch
    {
        EndOfStreamException => new QmpClosure(QmpCloseReason.EndOfStream, error.Message, error),
        InvalidDataException => new QmpClosure(QmpCloseReason.MessageTooLong, error.Message, error),
        JsonException => new QmpClosure(QmpCloseReason.ProtocolViolated, $"QEMU sent what is not QMP: {error.Message}", error),
        _ when IsPeerGone(error) => OfEnd(error),
        _ => new QmpClosure(QmpCloseReason.TransportFailed, $"reading from QEMU failed: {error.Message}", error),
    };

    /// <summary>What a failed write says about the connection.</summary>
    public static QmpClosure OfWriting(Exception error) => IsPeerGone(error)
        ? OfEnd(error)
        : new QmpClosure(QmpCloseReason.TransportFailed, $"writing to QEMU failed: {error.Message}", error);

    /// <summary>QEMU closed the connection.</summary>
    public static QmpClosure OfEnd(Exception? error = null) =>
        new(QmpCloseReason.EndOfStream, "QEMU closed the QMP connection", error);

    // QEMU reads its monitor a byte at a time. When it exits before it has read all of them, if only the line end after "quit",
    // Linux reports ECONNRESET in place of the end; a write after its exit gets EPIPE (which .NET calls Shutdown).
    private static bool IsPeerGone(Exception error) =>
        error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown };
}

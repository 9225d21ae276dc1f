namespace Orchestrator.Drivers.Qemu.Qmp;

/// <summary>How a <see cref="QmpClient"/> waits, what it bounds, and where it writes down what it said and heard.</summary>
internal sealed record QmpClientOptions
{
    /// <summary>The deadline for the greeting and for the negotiation that follows it, each. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The deadline for a command that names none itself. Default 10 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest message taken from QEMU, in bytes; a longer one closes the connection. Default 16 MiB, eighty times the longest
    /// that an honest QEMU has to say (<c>query-qmp-schema</c>, about 200 KiB).
    /// </summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// The most events that may wait for their reader; one more closes the connection. A guest raises events at will (it need only
    /// open and close its tray in a loop), so without a bound it could fill our memory. Default 65,536.
    /// </summary>
    public int MaxUnreadEvents { get; init; } = 65_536;

    /// <summary>The clock for deadlines.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where messages are written down, if anywhere. It stays the caller's to dispose, so that it can outlast a connection.</summary>
    public QmpTranscript? Transcript { get; init; }
}

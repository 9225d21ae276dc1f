using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Connects to a machine's monitor.</summary>
/// <param name="files">Where its socket is.</param>
/// <param name="transcript">Where what is said is written down.</param>
/// <param name="time">The clock.</param>
internal sealed class MonitorSocket(MachineFiles files, QmpTranscript transcript, TimeProvider time)
{
    // A QEMU that runs greets at once, unless it serves somebody else: it serves one connection at a time.
    private static readonly TimeSpan GreetingDeadline = TimeSpan.FromSeconds(5);

    // One that comes up allocates memory and builds devices first, on a host that may be starting a dozen others.
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Connects to a QEMU that was just started.</summary>
    public Task<QmpClient> ConnectFirstAsync(CancellationToken cancellationToken) => ConnectAsync(StartDeadline, cancellationToken);

    /// <summary>Connects to a QEMU that runs.</summary>
    public Task<QmpClient> ConnectAsync(CancellationToken cancellationToken) => ConnectAsync(GreetingDeadline, cancellationToken);

    private Task<QmpClient> ConnectAsync(TimeSpan deadline, CancellationToken cancellationToken) => QmpClient.ConnectAsync(
        files.QmpSocket,
        new QmpClientOptions { HandshakeTimeout = deadline, TimeProvider = time, Transcript = transcript },
        cancellationToken);
}

using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Who hears of what a <see cref="QemuMonitor"/> sees. One call at a time.</summary>
internal interface IQemuMonitorObserver
{
    /// <summary>QEMU has said that it is about to exit.</summary>
    bool IsEnding { get; }

    /// <summary>QEMU said something.</summary>
    void Observe(QmpEvent message);

    /// <summary>The connection is gone and QEMU is not.</summary>
    void Lost(string cause);

    /// <summary>There is a new connection, which nobody uses yet: finds out what was missed.</summary>
    Task RestoredAsync(QmpClient client, CancellationToken cancellationToken);
}

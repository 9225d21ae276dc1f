using System.Runtime.InteropServices;
using Orchestrator.Runs;

namespace Orchestrator.Cli;

/// <summary>Turns the signals that ask a process to end into requests to stop: the first is obeyed in order, the second at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly StopRequests _requests;
    private readonly PosixSignalRegistration[] _registrations;
    private int _first;

    /// <summary>Listens until disposed.</summary>
    public StopSignals(StopRequests requests)
    {
        _requests = requests;
        _registrations =
        [
            Listen(PosixSignal.SIGINT, 2),
            Listen(PosixSignal.SIGTERM, 15),
            Listen(PosixSignal.SIGHUP, 1),
        ];
    }

    /// <summary>The number of the first signal that came; that of SIGINT where none did.</summary>
    public int First => _first == 0 ? 2 : _first;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private PosixSignalRegistration Listen(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true; // The run ends the process, when it has cleaned up.
        Interlocked.CompareExchange(ref _first, number, 0);
        _requests.Request();
    });
}

using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Orchestrator.Configuration;
using Orchestrator.Signals;

namespace Orchestrator.Service;

/// <summary>
/// What signals mean to a service: SIGTERM, SIGINT and SIGQUIT end it as the settings say, SIGUSR1 (a service manager's restart) leaves its machines to the
/// next one, SIGHUP has it read its instances anew.
/// </summary>
internal sealed class UpLifetime(Supervisor supervisor, TimeProvider time) : IHostLifetime, IDisposable
{
    // PosixSignal names only some, and takes the raw number of any other; signal(7), the same for x86 and ARM.
    private const PosixSignal User1 = (PosixSignal)10;

    private readonly SignalBurst _ends = new(time);

    private PosixSignalRegistration[] _registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations =
        [
            Listen(PosixSignal.SIGTERM, End),
            Listen(PosixSignal.SIGINT, End),
            Listen(PosixSignal.SIGQUIT, End),
            Listen(User1, () => supervisor.Drain(DrainMode.Leave)),
            Listen(PosixSignal.SIGHUP, () => supervisor.Reload(asked: true)),
        ];
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void End()
    {
        if (_ends.Begins())
        {
            supervisor.Drain(null);
        }
    }

    private static PosixSignalRegistration Listen(PosixSignal signal, Action deed) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        deed();
    });
}

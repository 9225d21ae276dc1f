using Orchestrator.Signals;

namespace Orchestrator.Cli;

/// <summary>For a command that has to put something back, such as a terminal, when a signal ends it.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly EndSignals _signals;
    private int _first;

    /// <summary>Listens until disposed.</summary>
    public Interruption() => _signals = new EndSignals(Take);

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What the command is to exit with then.</summary>
    public int ExitCode => Cli.ExitCode.Interrupted(_first);

    public void Dispose()
    {
        _signals.Dispose();
        _source.Dispose();
    }

    private void Take(int signal)
    {
        if (Interlocked.CompareExchange(ref _first, signal, 0) == 0)
        {
            _source.Cancel();
        }
    }
}

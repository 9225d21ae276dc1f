using Orchestrator.Drivers;
using Orchestrator.Output;
using Orchestrator.Reporting;

namespace Orchestrator.Runs;

/// <summary>Copies a guest's console to a stream while the machine lives.</summary>
internal sealed class ConsoleRelay : IAsyncDisposable
{
    // The last words of a machine that is over are in the socket already; a terminal that takes longer than this to show them hangs.
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    private readonly Stream? _console;
    private readonly Task _copying;
    private readonly CancellationTokenSource _giveUp = new();

    private ConsoleRelay(Stream? console, Stream? output, IRunObserver observer)
    {
        _console = console;
        _copying = console is null || output is null ? Task.CompletedTask : CopyAsync(console, output, observer, _giveUp.Token);
    }

    /// <summary>Begins, before the guest's first instruction; with no <paramref name="output"/>, does nothing.</summary>
    public static async Task<ConsoleRelay> StartAsync(
        IVirtualMachine machine, Stream? output, IRunObserver observer, CancellationToken cancellationToken) =>
        new(output is null ? null : await machine.OpenConsoleAsync(cancellationToken), output, observer);

    /// <summary>Copies what is left and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _giveUp.CancelAfter(Drain);
        try
        {
            // Not for the copying itself: a write to a terminal or a pipe that nobody reads does not hear of a token, and must not keep the run.
            await _copying.WaitAsync(_giveUp.Token);
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            // What was not read by now is in console.log until the run is removed.
        }

        if (_console is not null)
        {
            await _console.DisposeAsync();
        }

        _giveUp.Dispose();
    }

    private static async Task CopyAsync(Stream console, Stream output, IRunObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[4096];
            while (await console.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                await output.FlushAsync(cancellationToken);
            }
        }
        catch (ReaderGoneException gone)
        {
            observer.Observe(new RunEvent.Warning($"{gone.Message}; the guest's console is not shown any more"));
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // A console that nobody can read any more is no reason to disturb the run: it is in console.log too.
        }
    }
}

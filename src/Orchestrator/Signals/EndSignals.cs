using System.Runtime.InteropServices;

namespace Orchestrator.Signals;

/// <summary>
/// Hears the signals that ask a process to end (SIGHUP, SIGINT, SIGQUIT and SIGTERM), and any other, instead of having them end it. One that was ignored when the
/// process began, as under nohup(1), stays so.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    /// <summary>SIGHUP; signal(7).</summary>
    public const int HangUp = 1;

    /// <summary>SIGINT.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGQUIT, Ctrl+\ on a terminal.</summary>
    public const int Quit = 3;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens until disposed.</summary>
    /// <param name="heard">Called with a signal's number, on any thread.</param>
    /// <param name="more">Further signals.</param>
    public EndSignals(Action<int> heard, params ReadOnlySpan<int> more) =>
        _registrations = [.. ((int[])[HangUp, Interrupt, Quit, Terminate, .. more]).Select(number => Listen(number, heard))];

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    // PosixSignal names some, and takes the raw number of any.
    private static PosixSignalRegistration Listen(int number, Action<int> heard) => PosixSignalRegistration.Create((PosixSignal)number, context =>
    {
        context.Cancel = true; // Whoever hears it ends the process, when it has cleaned up.
        heard(number);
    });
}

using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Output;

namespace Orchestrator.Cli.Detaching;

/// <summary>
/// Whoever waits for a detached run to begin, as the run's own process sees him: the other end of a socket. He is told one line, and answers with a byte when it has reached
/// whoever wanted it. His end without that answer means that nobody will ever know of the run.
/// </summary>
internal sealed class Caller : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly CancellationTokenSource _over = new();

    private Caller(SafeFileHandle socket) => _stream = Open(socket);

    /// <summary>By which the program tells itself that it is a detached run's own process, and which descriptor leads to the caller: <c>[detached:31]</c>.</summary>
    public static Directive Directive { get; } = new("detached");

    /// <summary>The caller of a run's own process; null in every other.</summary>
    /// <exception cref="ConfigurationException">The directive was typed by somebody.</exception>
    public static Caller? Of(ParseResult command)
    {
        if (command.GetResult(Directive) is not { } said)
        {
            return null;
        }

        // Console.Error would keep a copy of the descriptor, and with it whoever waits for the end of what we write.
        Console.SetError(new StreamWriter(StandardStream.Error) { AutoFlush = true });
        try
        {
            return new Caller(Libc.Inherit(int.Parse(said.Values.Single(), NumberStyles.None, CultureInfo.InvariantCulture)));
        }
        catch (Exception error) when (error is FormatException or OverflowException or InvalidOperationException or IOException or SocketException)
        {
            throw new ConfigurationException($"[{Directive.Name}] is what the program tells itself: leave it out, and say --detach", error);
        }
    }

    /// <summary>One end of a pair of sockets, to read and to write.</summary>
    public static NetworkStream Open(SafeFileHandle socket)
    {
        var stream = new NetworkStream(new Socket(new SafeSocketHandle(socket.DangerousGetHandle(), ownsHandle: true)), ownsSocket: true);
        socket.SetHandleAsInvalid();
        return stream;
    }

    /// <summary>Begins to look whether he is there.</summary>
    /// <param name="gone">Called when he ended without having answered.</param>
    public void Watch(Action gone) => _ = WatchAsync(gone);

    /// <summary>Tells him.</summary>
    public void Tell(string line)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(line + '\n'));
        }
        catch (IOException)
        {
            // He is gone, and whoever watches hears of it.
        }
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
        _stream.Dispose();
    }

    private async Task WatchAsync(Action gone)
    {
        try
        {
            if (await _stream.ReadAsync(new byte[1], _over.Token) == 0)
            {
                gone();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (IOException)
        {
            gone();
        }
    }
}

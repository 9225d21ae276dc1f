using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>Whoever connects and asks something is given the same bytes, or none, and is cut off.</summary>
public sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;
    private int _asked;

    /// <param name="answer">The bytes, in ASCII.</param>
    public RawServer(string answer = "")
    {
        _answer = Encoding.ASCII.GetBytes(answer);
        _listener.Start();
        _ = AnswerAsync();
    }

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Where it is: <c>127.0.0.1:PORT</c>.</summary>
    public string Authority => $"{_listener.LocalEndpoint}";

    public void Dispose() => _listener.Dispose();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            if (await stream.ReadAsync(new byte[4096]) > 0)
            {
                Interlocked.Increment(ref _asked);
                await stream.WriteAsync(_answer);
            }
        }
        catch (IOException)
        {
            // Who asked has gone.
        }
    }
}

using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Drivers;

namespace Orchestrator.Operations;

/// <summary>Asks a service for something on its control socket.</summary>
/// <param name="path">Absolute path of the socket.</param>
internal sealed class ControlClient(string path)
{
    /// <summary>Asks, and waits for the answer for as long as it takes.</summary>
    /// <exception cref="HostException">No service is there, it died meanwhile, or it says why it cannot be done.</exception>
    public async Task<ControlResponse> AskAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            await using var stream = new NetworkStream(socket);
            await ControlLine.WriteAsync(stream, request, ControlJson.Default.ControlRequest, cancellationToken);
            var response = await ControlLine.ReadAsync(stream, ControlJson.Default.ControlResponse, cancellationToken)
                ?? throw Unavailable("it closed the connection without an answer");
            if (response.Error is { } error)
            {
                throw new HostException(HostProblem.Other, error);
            }

            return response;
        }
        catch (Exception error) when (error is SocketException or IOException or JsonException or ArgumentOutOfRangeException)
        {
            // The last is a path that is too long for a socket, which no service can have.
            // .NET's words for a socket that does not exist are those for an address that cannot be had.
            var missing = error is SocketException { SocketErrorCode: SocketError.AddressNotAvailable };
            throw Unavailable(missing ? "there is no such socket" : error.Message.TrimEnd('.'), error);
        }
    }

    private HostException Unavailable(string why, Exception? error = null) => new(
        HostProblem.ServiceUnavailable, $"the service cannot be reached on '{path}': {why}; is 'orchestrator up' running for this state directory?", error);
}

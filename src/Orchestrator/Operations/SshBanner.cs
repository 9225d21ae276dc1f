using System.Globalization;
using System.Net.Sockets;
using Orchestrator.Drivers;

namespace Orchestrator.Operations;

/// <summary>
/// Waits until a guest's SSH answers. A forwarded port takes connections with no guest behind it, so only the server's identification
/// (RFC 4253, 4.2: a line that begins with <c>SSH-</c>, the first or after others) says that somebody is there.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class SshBanner(TimeProvider time)
{
    /// <summary>How long a guest may take to boot up to its SSH.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How long is waited between two attempts.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>How long is waited for an answer to one attempt.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>How much a server may say before it identifies itself.</summary>
    public const int MostBytes = 8 * 1024;

    /// <summary>Waits.</summary>
    /// <param name="find">Where it is; null as long as the run has none yet.</param>
    /// <param name="isOver">Whether the run is over, and waiting in vain.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where it is.</returns>
    /// <exception cref="HypervisorException">The run ended, or nothing answers.</exception>
    public async Task<SshEndpoint> WaitAsync(Func<SshEndpoint?> find, Func<CancellationToken, Task<bool>> isOver, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var endpoint = find();
            if (endpoint is { } known && await AnswersAsync(known, cancellationToken))
            {
                return known;
            }

            if (await isOver(cancellationToken))
            {
                throw new HypervisorException("the run ended before its guest's SSH answered");
            }

            if (time.GetElapsedTime(began) > Patience)
            {
                throw new HypervisorException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the guest's SSH does not answer {(endpoint is null ? "" : $"on port {endpoint.Port} ")}for {Patience.TotalSeconds} s; look at its console: orchestrator logs"));
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Waits for as long as it takes.</summary>
    /// <param name="endpoint">Where it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WaitAsync(SshEndpoint endpoint, CancellationToken cancellationToken)
    {
        while (!await AnswersAsync(endpoint, cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    // As SSH clients do, without waiting for the server: passt before 2024 completes a connection with the guest when its client speaks.
    private static ReadOnlyMemory<byte> OurIdentification { get; } = "SSH-2.0-orchestrator\r\n"u8.ToArray();

    private async Task<bool> AnswersAsync(SshEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        using var silence = new CancellationTokenSource(AnswerTime, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            await client.ConnectAsync(endpoint.Host, endpoint.Port, limit.Token);
            await client.GetStream().WriteAsync(OurIdentification, limit.Token);
            return await IdentifiesItselfAsync(client.GetStream(), limit.Token);
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    private static async Task<bool> IdentifiesItselfAsync(Stream server, CancellationToken cancellationToken)
    {
        var said = new byte[MostBytes];
        for (var length = 0; length < said.Length;)
        {
            var count = await server.ReadAsync(said.AsMemory(length), cancellationToken);
            if (count == 0)
            {
                return false;
            }

            length += count;
            if (said.AsSpan(0, length) is var lines && (lines.StartsWith("SSH-"u8) || lines.IndexOf("\nSSH-"u8) >= 0))
            {
                return true;
            }
        }

        return false;
    }
}

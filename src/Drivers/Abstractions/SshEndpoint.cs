namespace Orchestrator.Drivers;

/// <summary>Where a guest's SSH is reached. That something listens there says nothing of the guest: only a banner does.</summary>
/// <param name="Host">An address or a host's name.</param>
/// <param name="Port">A TCP port.</param>
public sealed record SshEndpoint(string Host, int Port)
{
    /// <summary>A port of this host's loopback address.</summary>
    public static SshEndpoint OnLoopback(int port) => new("127.0.0.1", port);
}

using System.Globalization;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A host with a public address of each family, on the other side of a cable from this one: a network namespace. For root alone.</summary>
public sealed class PublicHost : IDisposable
{
    /// <summary>Its address, at which it takes connections on port 80.</summary>
    public const string Address = "45.33.32.156";

    /// <summary>Its other address, likewise.</summary>
    public const string Address6 = "2604:a880:e2e::80";

    /// <summary>The address of this host's end of the cable.</summary>
    public const string HostEnd = "198.18.7.1";

    private const string HostEnd6 = "fd5e::1";
    private const string OwnEnd6 = "fd5e::2";

    // One at a time: there is one such address.
    private static readonly SemaphoreSlim Turn = new(1, 1);

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"e2e-{Environment.ProcessId}");
    private readonly StartedProgram _server;

    /// <summary>Makes it, and waits until it takes connections.</summary>
    public static async Task<PublicHost> OpenAsync(Workbench bench)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a network namespace takes root");
        await Turn.WaitAsync(TestContext.Current.CancellationToken);
        PublicHost? host = null;
        try
        {
            host = new PublicHost(bench);
            await host._server.OutputLineAsync("listening");
            return host;
        }
        catch when (host is null)
        {
            Turn.Release();
            throw;
        }
        catch
        {
            host!.Dispose();
            throw;
        }
    }

    private PublicHost(Workbench bench)
    {
        Ip("netns", "add", _name);
        Ip("link", "add", "e2e0", "type", "veth", "peer", "name", "e2e1", "netns", _name);
        Ip("addr", "add", HostEnd + "/24", "dev", "e2e0");
        Ip("link", "set", "e2e0", "up");
        Ip("-n", _name, "addr", "add", "198.18.7.2/24", "dev", "e2e1");
        Ip("-n", _name, "link", "set", "e2e1", "up");
        Ip("-n", _name, "addr", "add", Address + "/32", "dev", "e2e1");
        Ip("-n", _name, "route", "add", "default", "via", HostEnd);
        Ip("route", "add", Address + "/32", "via", "198.18.7.2");
        Ip("addr", "add", HostEnd6 + "/64", "dev", "e2e0", "nodad");
        Ip("-n", _name, "addr", "add", OwnEnd6 + "/64", "dev", "e2e1", "nodad");
        Ip("-n", _name, "addr", "add", Address6 + "/128", "dev", "e2e1", "nodad");
        Ip("-n", _name, "route", "add", "default", "via", HostEnd6);
        Ip("route", "add", Address6 + "/128", "via", OwnEnd6);
        _server = bench.StartAny(
            "ip", "netns", "exec", _name, "perl", "-MIO::Socket::IP", "-e",
            "$| = 1; my $s = IO::Socket::IP->new(LocalHost => '::', LocalPort => 80, V6Only => 0, Listen => 5, ReuseAddr => 1) or die; print \"listening\\n\"; while (my $c = $s->accept) { close $c }");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        Ip("link", "del", "e2e0");
        Ip("netns", "del", _name);
        Turn.Release();
    }

    private static void Ip(params string[] arguments)
    {
        var (code, output) = SmallFileSystem.Run("ip", arguments);
        Assert.True(code == 0, $"ip {string.Join(' ', arguments)}: {output}");
    }
}

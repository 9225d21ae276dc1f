using System.Globalization;

namespace Orchestrator.EndToEnd.Workshop;

/// <summary>A host with a public address of each family, on the other side of a cable from this one: a network namespace. For root alone.</summary>
public sealed class PublicHost : IDisposable
{
    /// <summary>Its address, at which it takes connections on port 80.</summary>
    public const string Address = "45.33.32.156";

    /// <summary>What a name is that its name server, at the same address, is asked for.</summary>
    public const string NamedAddress = "198.51.100.77";

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
    private readonly StartedProgram _nameServer;

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
            await host._nameServer.OutputLineAsync("listening");
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

        // RFC 1035, 4: the query's id and question, "an answer, no error", and one record where an address of IPv4 is asked for.
        _nameServer = bench.StartAny(
            "ip", "netns", "exec", _name, "perl", "-MIO::Socket::IP", "-MSocket", "-e",
            $$"""
            $| = 1; my $s = IO::Socket::IP->new(LocalHost => '{{Address}}', LocalPort => 53, Proto => 'udp') or die; print "listening\n";
            while (my $from = $s->recv(my $query, 512)) {
                my ($question) = substr($query, 12) =~ /^(.*?\0.{4})/s or next;
                my $record = substr($question, -4, 2) eq "\0\1" ? pack('n3 N n a4', 0xc00c, 1, 1, 60, 4, inet_aton('{{NamedAddress}}')) : '';
                send($s, pack('a2 n5', $query, 0x8180, 1, $record ? 1 : 0, 0, 0) . $question . $record, 0, $from);
            }
            """);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        _nameServer.Dispose();
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

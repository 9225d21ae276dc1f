using Orchestrator.Configuration;

namespace Orchestrator.Http;

/// <summary>Says what kept a server from being reached, and the remedy.</summary>
internal static class HttpFailure
{
    private const int LongestText = 300;

    /// <summary>The rest of a line that begins with whom the server was asked for.</summary>
    /// <param name="exception">What was caught.</param>
    /// <param name="address">The server.</param>
    /// <param name="proxy">The proxy that leads there; null where none does.</param>
    /// <param name="source">What names the server, for a remedy: <c>github.api-url</c>.</param>
    public static string Describe(HttpRequestException exception, Uri address, HttpProxy? proxy, string source)
    {
        var reason = Clean((exception.InnerException ?? exception).Message).TrimEnd('.');
        return proxy is null ? DescribeNetwork(exception, address, reason, source) : DescribeProxy(exception, address, reason, proxy);
    }

    /// <summary>What is wrong where a proxy does not let us through without saying who we are (407).</summary>
    public static string DescribeDemand(HttpProxy proxy) =>
        $"the proxy {proxy} {(proxy.Credentials is null ? "wants a user and a password" : "does not take our user and password")} (407): write them into {proxy.Variable}, percent-encoded";

    /// <summary>A server's text on one line, and of a bearable length, but with every address in it whole or not at all.</summary>
    public static string Clean(string text)
    {
        var line = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        return line.Length <= LongestText ? line : line[..Math.Max(line.LastIndexOf(' ', LongestText), 0)] + "…";
    }

    private static string DescribeNetwork(HttpRequestException exception, Uri address, string reason, string source) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError =>
            $"the name {address.Host} cannot be resolved: check the network, DNS and {source}",
        HttpRequestError.ConnectionError =>
            $"no connection to {address.Authority} ({reason}): check the network and {source}",
        HttpRequestError.SecureConnectionError =>
            $"no secure connection to {address.Authority} ({reason}): check this machine's clock and CA certificates",
        _ => $"the connection to {address.Authority} failed ({reason}): check the network and {source}",
    };

    // Where there is a proxy, whoever is not reached is that one. Its own address is without user and password; so is what .NET says of it.
    private static string DescribeProxy(HttpRequestException exception, Uri address, string reason, HttpProxy proxy) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => $"the name of the proxy {proxy} cannot be resolved: check {proxy.Variable}, the network and DNS",
        HttpRequestError.ConnectionError => $"no connection to the proxy {proxy} ({reason}): check {proxy.Variable} and the network",
        HttpRequestError.ProxyTunnelError when reason.Contains("'407'", StringComparison.Ordinal) => DescribeDemand(proxy),
        HttpRequestError.ProxyTunnelError => $"the proxy {proxy} does not lead to {address.Authority} ({reason}): check {proxy.Variable}, or name the host in NO_PROXY",
        HttpRequestError.SecureConnectionError =>
            $"no secure connection to {address.Authority} through the proxy {proxy} ({reason}): check this machine's clock and CA certificates",
        _ => $"the connection to {address.Authority} through the proxy {proxy} failed ({reason}): check {proxy.Variable} and the network",
    };
}

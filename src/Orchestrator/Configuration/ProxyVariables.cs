using System.Net;

namespace Orchestrator.Configuration;

/// <summary>The environment's variables that name proxies, read as curl reads them (curl(1), ENVIRONMENT), so that what works there works here.</summary>
/// <param name="environment">The environment.</param>
public sealed class ProxyVariables(IReadOnlyDictionary<string, string> environment)
{
    /// <summary>No variables, no proxy.</summary>
    public static ProxyVariables None { get; } = new(new Dictionary<string, string>());

    /// <summary>The proxy that leads to a server.</summary>
    /// <returns>Null where there is none, or the server is excepted.</returns>
    /// <exception cref="Drivers.ConfigurationException">It cannot be used. The message does not show the variable's value.</exception>
    public HttpProxy? Find(Uri server)
    {
        // HTTP_PROXY is not read: for a CGI program it is a header of whoever asks ("httpoxy").
        string[] names = server.Scheme == Uri.UriSchemeHttps
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            : ["http_proxy", "all_proxy", "ALL_PROXY"];
        return First(names) is var (variable, value) && !IsExcepted(server, First("no_proxy", "NO_PROXY")?.Value ?? "")
            ? HttpProxy.Parse(variable, value)
            : null;
    }

    // An empty one counts as not set.
    private (string Name, string Value)? First(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (environment.GetValueOrDefault(name)?.Trim() is { Length: > 0 } value)
            {
                return (name, value);
            }
        }

        return null;
    }

    private static bool IsExcepted(Uri server, string list)
    {
        var host = server.IdnHost.TrimEnd('.');
        var words = list.Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return list == "*" || (IPAddress.TryParse(host, out var address)
            ? words.Any(word => IsIn(address, word))
            : words.Any(word => IsBelow(host, word.Trim('.'))));
    }

    private static bool IsBelow(string host, string name) => name.Length > 0
        && (host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith('.' + name, StringComparison.OrdinalIgnoreCase));

    // 10.1.2.3/8 as well as 10.0.0.0/8, which IPNetwork is stricter about.
    private static bool IsIn(IPAddress address, string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var (network, bits) = (slash < 0 ? word : word[..slash], slash < 0 ? "" : word[(slash + 1)..]);
        if (!IPAddress.TryParse(network.Trim('[', ']'), out var other) || other.AddressFamily != address.AddressFamily)
        {
            return false;
        }

        var (ours, theirs) = (address.GetAddressBytes(), other.GetAddressBytes());
        var length = ours.Length * 8;
        if (slash >= 0 && !(int.TryParse(bits, out length) && length >= 0 && length <= ours.Length * 8))
        {
            return false;
        }

        return Enumerable.Range(0, length).All(bit => ((ours[bit / 8] ^ theirs[bit / 8]) & (0x80 >> (bit % 8))) == 0);
    }
}

using System.Collections.Concurrent;
using System.Net;
using Orchestrator.Configuration;

namespace Orchestrator.Http;

/// <summary>How servers are reached: directly, or by the proxy that leads to each.</summary>
/// <param name="find">The proxy that leads to a server; null where none does.</param>
internal sealed class HttpRoute(Func<Uri, HttpProxy?> find) : IWebProxy, ICredentials
{
    private readonly ConcurrentDictionary<string, HttpProxy> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the proxies know us by. Asked for by a proxy's address.</summary>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <summary>A handler that goes this way, follows no redirects and keeps no cookies: whoever uses it decides whom it tells what.</summary>
    public SocketsHttpHandler Open() => new()
    {
        Proxy = this,
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    public Uri? GetProxy(Uri destination) => Note(find(destination))?.Address;

    public bool IsBypassed(Uri host) => find(host) is null;

    public NetworkCredential? GetCredential(Uri uri, string authType) => _known.GetValueOrDefault(uri.Authority)?.Credentials;

    private HttpProxy? Note(HttpProxy? proxy)
    {
        if (proxy is not null)
        {
            _known[proxy.Address.Authority] = proxy;
        }

        return proxy;
    }
}

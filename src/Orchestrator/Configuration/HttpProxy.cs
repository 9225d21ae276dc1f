using System.Net;

namespace Orchestrator.Configuration;

/// <summary>A proxy that the environment names. Its text is its address, without user and password.</summary>
public sealed class HttpProxy
{
    private const string Expectation = "write SCHEME://HOST:PORT, with http, https, socks4, socks4a, socks5 or socks5h";

    private static readonly string[] Schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

    private readonly string? _user;
    private readonly Secret? _password;

    private HttpProxy(string variable, Uri address, string? user, Secret? password) =>
        (Variable, Address, _user, _password) = (variable, address, user, password);

    /// <summary>The variable that names it.</summary>
    public string Variable { get; }

    /// <summary>Where it is, without user and password.</summary>
    public Uri Address { get; }

    /// <summary>What it knows us by; null where the variable has no user.</summary>
    public NetworkCredential? Credentials => _user is null ? null : new NetworkCredential(_user, _password?.Reveal());

    /// <inheritdoc/>
    public override string ToString() => Address.GetLeftPart(UriPartial.Authority);

    /// <summary>Reads one: <c>[SCHEME://][USER[:PASSWORD]@]HOST[:PORT]</c>, user and password percent-encoded.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="text">Its value.</param>
    /// <exception cref="Drivers.ConfigurationException">It is no proxy that can be used. The message does not show it.</exception>
    public static HttpProxy Parse(string variable, string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = start < 0 ? "http" : text[..start].ToLowerInvariant();
        if (!Schemes.Contains(scheme))
        {
            throw new Drivers.ConfigurationException(
                $"environment: {variable}: {(scheme.All(char.IsAsciiLetterOrDigit) ? $"\"{scheme}\"" : "that")} is no scheme of a proxy that is known here: {Expectation}");
        }

        // A password with one of these in it, as it is, would have its beginning taken for a port.
        var whole = start < 0 ? text : text[(start + 3)..];
        var rest = whole.Split('/', '?', '#')[0];
        var at = rest.LastIndexOf('@');
        var user = at < 0 ? [] : rest[..at].Split(':', 2);

        // As curl has it, whose ports differ from those of URLs (curl(1), --proxy); and .NET lets a SOCKS proxy of version 5 look names up, which is curl's socks5h.
        var authority = $"{(scheme == "socks5h" ? "socks5" : scheme)}://{rest[(at + 1)..]}";
        if (!Uri.TryCreate(authority, UriKind.Absolute, out var address) || address.Host.Length == 0 || address.UserInfo.Length > 0 || whole.LastIndexOf('@') != at)
        {
            throw new Drivers.ConfigurationException($"environment: {variable}: its value is not the address of a proxy: {Expectation}");
        }

        if (!HasPort(rest[(at + 1)..]))
        {
            address = new UriBuilder(address) { Port = scheme == "https" ? 443 : 1080 }.Uri;
        }

        return new HttpProxy(
            variable,
            address,
            user.Length == 0 ? null : Uri.UnescapeDataString(user[0]),
            user.Length < 2 ? null : new Secret(Uri.UnescapeDataString(user[1])));
    }

    // Not what Uri says: it does not tell a port that is written from one that is the scheme's.
    private static bool HasPort(string authority) => authority.LastIndexOf(':') > authority.LastIndexOf(']');
}

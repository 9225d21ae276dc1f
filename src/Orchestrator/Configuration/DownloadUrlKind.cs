using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>
/// Where a file is downloaded from: by https, or by http from this very host, named by its loopback address, which nobody else answers at. No user name (a secret does
/// not belong in it), query or fragment; its last segment is the file's name.
/// </summary>
internal sealed class DownloadUrlKind : ValueKind<Uri>
{
    public override string Expectation =>
        "an https URL that ends in a file's name, without user name, query and fragment; or an http URL of a loopback address, such as \"http://127.0.0.1:8000/x.qcow2\"";

    /// <summary>Whether a URL says http and names this host by an address.</summary>
    public static bool IsOwnHost(Uri url) =>
        url.Scheme == Uri.UriSchemeHttp && IPAddress.TryParse(url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address);

    /// <summary>The name of the file that a URL leads to.</summary>
    public static string NameOf(Uri url) => Uri.UnescapeDataString(url.AbsolutePath[(url.AbsolutePath.LastIndexOf('/') + 1)..]);

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", "^https?://[^@?#]+[^@?#/]$");
    }

    public override Uri? Read(SourceValue value, out string? problem)
    {
        problem = null;
        if (value.Kind == JsonValueKind.String
            && Uri.TryCreate(value.Text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || IsOwnHost(url))
            && url.UserInfo.Length == 0
            && url.Query.Length == 0
            && url.Fragment.Length == 0
            && IsFileName(NameOf(url)))
        {
            return url;
        }

        // Not shown: who puts a password into a URL shall not find it in a log.
        problem = $"must be {Expectation}";
        return null;
    }

    // It is told to people, and looked for in lists of digests, in which it is one line. Format characters turn the direction of writing around.
    private static bool IsFileName(string name) => name.Length > 0
        && !name.Any(character => character == '/' || char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format);
}

using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>
/// Where a file is downloaded from: by https; or by http from this very host, named by its loopback address, if a digest tells that it is the right one, since every user
/// of the host may answer there. No user name (a secret does not belong in it), query or fragment; its last segment is the file's name.
/// </summary>
/// <param name="isTold">Whether a digest tells that the file is the right one.</param>
internal sealed class DownloadUrlKind(bool isTold) : ValueKind<Uri>
{
    private const string ByHttps = "an https URL that ends in a file's name, without user name, query and fragment";

    public override string Expectation => isTold ? $"{ByHttps}; or an http URL of a loopback address, such as \"http://127.0.0.1:8000/x.qcow2\"" : ByHttps;

    /// <summary>Whether a URL says http and names this host by an address.</summary>
    public static bool IsOwnHost(Uri url) =>
        url.Scheme == Uri.UriSchemeHttp && IPAddress.TryParse(url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address);

    /// <summary>The name of the file that a URL leads to.</summary>
    public static string NameOf(Uri url) => Uri.UnescapeDataString(url.AbsolutePath[(url.AbsolutePath.LastIndexOf('/') + 1)..]);

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", $"^http{(isTold ? "s?" : "s")}://[^@?#]+[^@?#/]$");
    }

    public override Uri? Read(SourceValue value, out string? problem)
    {
        problem = null;
        var url = value.Kind == JsonValueKind.String && Uri.TryCreate(value.Text, UriKind.Absolute, out var absolute) ? absolute : null;
        if (url is not null
            && (url.Scheme == Uri.UriSchemeHttps || (isTold && IsOwnHost(url)))
            && url.UserInfo.Length == 0
            && url.Query.Length == 0
            && url.Fragment.Length == 0
            && IsFileName(NameOf(url)))
        {
            return url;
        }

        // Not shown: who puts a password into a URL shall not find it in a log.
        problem = $"must be {Expectation}{(url is not null && IsOwnHost(url) && !isTold ? ": by http, every user of this host may answer; or say the file's digest itself, as sha256" : "")}";
        return null;
    }

    // It is told to people, and looked for in lists of digests, in which it is one line. Format characters turn the direction of writing around.
    private static bool IsFileName(string name) => name.Length > 0
        && !name.Any(character => character == '/' || char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format);
}

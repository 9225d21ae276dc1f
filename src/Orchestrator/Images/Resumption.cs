using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Orchestrator.Images;

/// <summary>Whether a download that was cut short may go on where it was (RFC 9110, 13.1.5 and 14).</summary>
internal static class Resumption
{
    /// <summary>Which version of a server's file an answer has.</summary>
    public static PartialVersion VersionOf(Uri url, HttpResponseHeaders headers, HttpContentHeaders content) => new(
        url,
        headers.ETag is { IsWeak: false } tag ? tag.Tag : null, // a weak one may stand for other bytes
        content.LastModified?.ToString("R", CultureInfo.InvariantCulture),
        content.ContentRange is { } range ? range.Length : content.ContentLength);

    /// <summary>What the rest is to be asked for by; null where all of the file is to be.</summary>
    /// <param name="known">Of which version the part is; null where that is not known.</param>
    /// <param name="url">The file.</param>
    /// <param name="length">The part's length in bytes.</param>
    public static string? ValidatorFor(PartialVersion? known, Uri url, long length) =>
        length > 0 && known is { Validator: { } validator } && known.Url == url && length <= (known.Length ?? long.MaxValue) ? validator : null;

    /// <summary>Whether a part is the whole.</summary>
    public static bool IsWhole(PartialVersion? known, Uri url, long length) => length > 0 && known?.Url == url && known.Length == length;

    /// <summary>Where in the file the bytes begin that an answer brings.</summary>
    /// <param name="status">The answer's status.</param>
    /// <param name="range">What it says that it brings.</param>
    /// <param name="asked">From where on the file was asked for, in bytes; 0: all of it.</param>
    /// <returns>Null where it brings nothing that can be used.</returns>
    public static long? StartOf(HttpStatusCode status, ContentRangeHeaderValue? range, long asked) => status switch
    {
        HttpStatusCode.OK => 0, // of another version, or from a server that knows no parts
        HttpStatusCode.PartialContent when asked > 0 && range is { Unit: "bytes", From: { } from } && from == asked => from,
        _ => null,
    };
}

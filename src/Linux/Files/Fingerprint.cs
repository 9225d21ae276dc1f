using System.Globalization;
using System.Text;

namespace Orchestrator.Linux.Files;

/// <summary>A short word for a text, another for almost any other: FNV-1a, draft-eastlake-fnv. It keeps nobody from finding two texts with the same.</summary>
internal static class Fingerprint
{
    /// <summary>Sixteen hexadecimal digits. SHA-256 would load OpenSSL, ten milliseconds of a start.</summary>
    public static string Of(string text)
    {
        const ulong offsetBasis = 0xcbf29ce484222325;
        const ulong prime = 0x100000001b3;
        return Encoding.UTF8.GetBytes(text).Aggregate(offsetBasis, (hash, value) => unchecked((hash ^ value) * prime))
            .ToString("x16", CultureInfo.InvariantCulture);
    }
}

namespace Orchestrator.Images;

/// <summary>A way in which a published file is packed, and what unpacks it.</summary>
/// <param name="Suffix">What the names of such files end in, without the dot.</param>
/// <param name="Signature">The first bytes of such files, as file(1) has them (magic(5)).</param>
/// <param name="Program">The program that unpacks it from standard input to standard output; null where the runtime does.</param>
/// <param name="Package">The Debian package that has the program.</param>
/// <param name="Arguments">What the program is told.</param>
internal sealed record Packing(string Suffix, byte[] Signature, string? Program, string Package, params IReadOnlyList<string> Arguments)
{
    private static readonly Packing[] Known =
    [
        // A file may demand memory of whoever unpacks it: more than any of their settings take is not given.
        new("xz", [0xFD, .. "7zXZ\0"u8], "xz", "xz-utils", "--decompress", "--stdout", "--quiet", "--memlimit-decompress=1GiB"),
        new("zst", [0x28, 0xB5, 0x2F, 0xFD], "zstd", "zstd", "--decompress", "--stdout", "--quiet", "--long=27"),
        new("gz", [0x1F, 0x8B], null, ""),
    ];

    /// <summary>How a file is packed; null where it is not, or in a way that nobody here knows.</summary>
    /// <param name="start">Its first bytes.</param>
    public static Packing? Of(ReadOnlySpan<byte> start)
    {
        foreach (var packing in Known)
        {
            if (start.StartsWith(packing.Signature))
            {
                return packing;
            }
        }

        return null;
    }

    /// <summary>How a file is probably packed, by its name.</summary>
    public static Packing? OfName(string name) => Array.Find(Known, packing => name.EndsWith('.' + packing.Suffix, StringComparison.OrdinalIgnoreCase));
}

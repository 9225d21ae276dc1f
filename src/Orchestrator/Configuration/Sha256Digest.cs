using System.Text.Json;

namespace Orchestrator.Configuration;

/// <summary>The SHA-256 digest of a file's bytes, as <c>sha256sum</c> prints it.</summary>
internal sealed record Sha256Digest
{
    private const int Digits = 64;
    private const int ShownDigits = 12;

    private Sha256Digest(string hex) => Hex = hex;

    /// <summary>64 hexadecimal digits, lower case.</summary>
    public string Hex { get; }

    /// <summary>As many of them as people need.</summary>
    public string Short => Hex[..ShownDigits];

    /// <summary>Reads one, in either case.</summary>
    public static Sha256Digest? TryParse(string text) =>
        text.Length == Digits && text.All(char.IsAsciiHexDigit) ? new Sha256Digest(text.ToLowerInvariant()) : null;

    /// <summary>The digest with these bytes, 32 of them.</summary>
    public static Sha256Digest Of(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(bytes));

    /// <inheritdoc/>
    public override string ToString() => Hex;
}

/// <summary>A SHA-256 digest.</summary>
internal sealed class DigestKind : ValueKind<Sha256Digest>
{
    public override string Expectation => "a SHA-256 digest, 64 hexadecimal digits";

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", "^[0-9A-Fa-f]{64}$");
    }

    public override Sha256Digest? Read(SourceValue value, out string? problem)
    {
        var digest = value.Kind == JsonValueKind.String ? Sha256Digest.TryParse(value.Text) : null;
        problem = digest is null ? Mismatch(value) : null;
        return digest;
    }
}

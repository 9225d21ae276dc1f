using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Drivers;

/// <summary>
/// A run id, which also identifies the run's machine and names its run directory: <c>yyyyMMdd-HHmmss-xxxxx</c>, the UTC time of
/// its making and five random characters of <c>0-9a-z</c> without <c>i l o u</c>. Sorts by age and fits a socket path.
/// </summary>
public readonly record struct VmId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int RandomLength = 5;
    private const string TimeFormat = "yyyyMMdd-HHmmss";

    private static readonly SearchValues<char> AlphabetSet = SearchValues.Create(Alphabet);

    private VmId(string value) => Value = value;

    /// <summary>The id as text.</summary>
    public string Value { get; }

    /// <summary>
    /// The machine's UUID (QEMU's <c>-uuid</c>, libvirt's <c>&lt;uuid&gt;</c>), a function of the id, so that a machine found on a
    /// host can be matched with its run and not merely with a pid or a name. RFC 9562 version 8.
    /// </summary>
    public Guid Uuid
    {
        get
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.ASCII.GetBytes("orchestrator run " + Value), hash);
            var bytes = hash[..16];
            bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
            bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
            return new Guid(bytes, bigEndian: true);
        }
    }

    /// <summary>A fresh id.</summary>
    public static VmId Create(TimeProvider time)
    {
        Span<byte> entropy = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(entropy);
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(entropy);
        Span<char> suffix = stackalloc char[RandomLength];
        foreach (ref var character in suffix)
        {
            character = Alphabet[(int)(bits & 31)];
            bits >>= 5;
        }

        var stamp = time.GetUtcNow().ToString(TimeFormat, System.Globalization.CultureInfo.InvariantCulture);
        return new VmId($"{stamp}-{suffix}");
    }

    /// <summary>Reads an id back, from a directory's name or a domain's metadata.</summary>
    /// <returns>False when <paramref name="text"/> is not a run id: then the thing that bears it is not ours.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out VmId id)
    {
        id = default;
        if (text is null || text.Length != TimeFormat.Length + 1 + RandomLength || text[TimeFormat.Length] != '-')
        {
            return false;
        }

        if (!DateTime.TryParseExact(
                text.AsSpan(0, TimeFormat.Length),
                TimeFormat,
                System.Globalization.CultureInfo.InvariantCulture,
                System.Globalization.DateTimeStyles.None,
                out _)
            || text.AsSpan(TimeFormat.Length + 1).ContainsAnyExcept(AlphabetSet))
        {
            return false;
        }

        id = new VmId(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

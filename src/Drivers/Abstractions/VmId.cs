using System.Buffers;
using System.Diagnostics.CodeAnalysis;
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
    /// The machine's UUID (QEMU's <c>-uuid</c>, libvirt's <c>&lt;uuid&gt;</c>): the id in other letters, so that a machine found on a
    /// host can be matched with its run and not merely with a pid or a name. RFC 9562 version 8: <c>yyyyMMdd-HHmm-80ss-8000-00</c> and the
    /// five characters in ASCII.
    /// </summary>
    public Guid Uuid
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Convert.FromHexString(Value.AsSpan(0, 8), bytes, out _, out _);
            Convert.FromHexString(Value.AsSpan(9, 4), bytes[4..], out _, out _);
            Convert.FromHexString(Value.AsSpan(13, 2), bytes[7..], out _, out _);
            bytes[6] = 0x80;
            bytes[8] = 0x80;
            Encoding.ASCII.GetBytes(Value.AsSpan(TimeFormat.Length + 1), bytes[^RandomLength..]);
            return new Guid(bytes, bigEndian: true);
        }
    }

    /// <summary>A fresh id.</summary>
    public static VmId Create(TimeProvider time)
    {
        // To be unique, not secret: a generator fit for secrets would load OpenSSL, ten milliseconds of a start.
        Span<char> suffix = stackalloc char[RandomLength];
        Random.Shared.GetItems(Alphabet, suffix);
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

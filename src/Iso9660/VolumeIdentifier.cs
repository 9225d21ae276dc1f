namespace Iso9660;

/// <summary>What a volume identifier may be.</summary>
internal static class VolumeIdentifier
{
    /// <summary>Bytes of the field (ECMA-119 8.4.6).</summary>
    public const int MaxLength = 32;

    /// <exception cref="ArgumentException">The identifier cannot be kept whole; the message says why.</exception>
    public static string Check(string volumeId)
    {
        ArgumentException.ThrowIfNullOrEmpty(volumeId);
        if (volumeId.Length > MaxLength)
        {
            throw new ArgumentException($"The volume id has {volumeId.Length} characters; ISO 9660 holds {MaxLength}.", nameof(volumeId));
        }

        if (volumeId.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException("The volume id holds a character that is not printable ASCII; readers would show another label.", nameof(volumeId));
        }

        if (volumeId[0] == ' ' || volumeId[^1] == ' ')
        {
            throw new ArgumentException(
                $"The volume id '{volumeId}' starts or ends with a space, which readers take for padding.",
                nameof(volumeId));
        }

        return volumeId;
    }
}

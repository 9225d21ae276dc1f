namespace Iso9660.RockRidge;

/// <summary>What a PX entry records (RRIP 4.1.1).</summary>
/// <param name="Mode">Type and permissions as in POSIX's <c>st_mode</c>.</param>
/// <param name="Links"><c>st_nlink</c>.</param>
/// <param name="UserId"><c>st_uid</c>.</param>
/// <param name="GroupId"><c>st_gid</c>.</param>
internal readonly record struct PosixAttributes(uint Mode, uint Links, uint UserId, uint GroupId);

/// <summary>Who owns everything in the image, and what others may do with it.</summary>
internal sealed record Ownership(uint UserId, uint GroupId, UnixFileMode FileMode, UnixFileMode DirectoryMode);

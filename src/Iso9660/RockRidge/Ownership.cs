namespace Iso9660.RockRidge;

/// <summary>Who owns everything in the image, and what others may do with it.</summary>
internal sealed record Ownership(uint UserId, uint GroupId, UnixFileMode FileMode, UnixFileMode DirectoryMode);

namespace Iso9660.Tests.Reading;

/// <summary>A directory record as it lies in the image.</summary>
internal sealed record RawRecord(byte[] RawIdentifier, uint Sector, uint Length, bool IsDirectory, int SystemUseAt, int SystemUseLength);

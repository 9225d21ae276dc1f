namespace Iso9660.Tests.Reading;

internal sealed record PathTableEntry(uint Sector, ushort Parent, string HexIdentifier);

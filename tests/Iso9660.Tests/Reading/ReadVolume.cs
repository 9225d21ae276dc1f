namespace Iso9660.Tests.Reading;

/// <summary>One hierarchy of an image.</summary>
internal sealed record ReadVolume(
    string VolumeId,
    uint RootSector,
    IReadOnlyList<ReadEntry> Entries,
    IReadOnlyList<PathTableEntry> PathTable)
{
    public ReadEntry this[string path] => Entries.Single(entry => entry.Path == path);
}

namespace Iso9660.Tests.Reading;

/// <summary>One hierarchy of an image: its label, what its root says of itself, and its files.</summary>
internal sealed record ReadVolume(string VolumeId, SystemUse Root, IReadOnlyList<ReadFile> Files)
{
    public ReadFile this[string name] => Files.Single(file => file.Name == name);
}

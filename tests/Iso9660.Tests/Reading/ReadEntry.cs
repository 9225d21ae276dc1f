namespace Iso9660.Tests.Reading;

/// <summary>A file or directory with its whole path; <see cref="Contents"/> is null for a directory.</summary>
internal sealed record ReadEntry(string Path, RawRecord Record, SystemUse? SystemUse, byte[]? Contents, uint ParentSector)
{
    /// <summary>The identifier of the primary hierarchy.</summary>
    public string Identifier => System.Text.Encoding.ASCII.GetString(Record.RawIdentifier);
}

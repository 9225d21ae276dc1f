namespace Iso9660.Tests.Reading;

/// <summary>A file of one hierarchy, by the name that Rock Ridge or Joliet gives it.</summary>
internal sealed record ReadFile(string Name, RawRecord Record, SystemUse? SystemUse, byte[] Contents)
{
    /// <summary>The identifier of the primary hierarchy.</summary>
    public string Identifier => System.Text.Encoding.ASCII.GetString(Record.RawIdentifier);
}

namespace Iso9660.Naming;

/// <summary>How a hierarchy identifies what a directory holds.</summary>
internal interface IIdentifierScheme
{
    /// <summary>Identifiers, unique in the directory, in the order in which they are recorded.</summary>
    IReadOnlyList<NamedNode> Identify(DirectoryNode directory);
}

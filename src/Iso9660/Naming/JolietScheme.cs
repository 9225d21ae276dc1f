using System.Text;

namespace Iso9660.Naming;

/// <summary>
/// Joliet's identifiers: the names as they are in UCS-2, most significant byte first. Files go without the version <c>;1</c> of ECMA-119 7.5.1,
/// as in the images of every writer in wide use: so the names have the whole 128 bytes. Characters outside the basic plane are
/// recorded as the surrogate pairs that today's readers expect.
/// </summary>
internal sealed class JolietScheme : IIdentifierScheme
{
    public IReadOnlyList<NamedNode> Identify(DirectoryNode directory) => [.. directory.Children.Select(Identify).Order()];

    private static NamedNode Identify(Node node)
    {
        var (name, extension) = node is FileNode ? NamedNode.SplitFileName(node.Name) : (node.Name, "");
        return new NamedNode(node, name, extension, Encoding.BigEndianUnicode.GetBytes(node.Name));
    }
}

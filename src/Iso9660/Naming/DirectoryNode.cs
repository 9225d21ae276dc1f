namespace Iso9660.Naming;

/// <summary>A directory and what it holds, in ordinal order of names so that the order of insertion leaves no trace in the image.</summary>
internal sealed class DirectoryNode(string name) : Node(name)
{
    private readonly SortedDictionary<string, Node> _children = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Node> Children => _children.Values;

    /// <summary>How many of the children are directories.</summary>
    public int Subdirectories { get; private set; }

    public Node? Find(string name) => _children.GetValueOrDefault(name);

    public void Add(Node child)
    {
        _children.Add(child.Name, child);
        Subdirectories += child is DirectoryNode ? 1 : 0;
    }
}

using Iso9660.Fields;
using Iso9660.Naming;
using Iso9660.RockRidge;
using Iso9660.Structures;

namespace Iso9660.Layout;

/// <summary>
/// One of the image's two hierarchies, the primary one with Rock Ridge or Joliet's: its directories in the order of the path table,
/// which is by level, then by the parent's number, then by identifier (ECMA-119 6.9.1).
/// </summary>
internal sealed class Hierarchy
{
    private readonly List<DirectoryPlan> _directories = [];
    private readonly RockRidgeEntries? _rockRidge;
    private readonly ContinuationArea _continuation = new();

    /// <summary>Plans the hierarchy; nothing has a place yet.</summary>
    /// <param name="root">What the caller wants in the image.</param>
    /// <param name="scheme">How it is identified here.</param>
    /// <param name="files">Where the files' contents lie, which both hierarchies share.</param>
    /// <param name="rockRidge">The entries of directory records, if they carry any.</param>
    public Hierarchy(
        DirectoryNode root,
        IIdentifierScheme scheme,
        IReadOnlyDictionary<FileNode, Extent> files,
        RockRidgeEntries? rockRidge)
    {
        _rockRidge = rockRidge;
        _directories.Add(new DirectoryPlan(root, null, DirectoryRecord.SelfIdentifier, 1));

        // Grows while it is walked: each directory appends those in it, which is the order of the path table.
        for (var i = 0; i < _directories.Count; i++)
        {
            AddRecords(_directories[i], scheme, files);
        }

        var tableLength = (uint)_directories.Sum(directory => PathTableRecord.Length(directory.Identifier.Length));
        Location = new HierarchyLocation(
            _directories[0].Extent,
            new Extent { Length = tableLength },
            new Extent { Length = tableLength });
    }

    /// <summary>What the volume descriptor says; places are known only after the two steps below.</summary>
    public HierarchyLocation Location { get; }

    /// <summary>Gives the path tables their places.</summary>
    public void PlacePathTables(ref long nextSector)
    {
        Location.PathTableL.Place(ref nextSector);
        Location.PathTableM.Place(ref nextSector);
    }

    /// <summary>Gives the directories and their continuation area their places.</summary>
    public void PlaceDirectories(ref long nextSector)
    {
        foreach (var directory in _directories)
        {
            directory.Extent.Place(ref nextSector);
        }

        _continuation.Extent.Place(ref nextSector);
    }

    /// <summary>Writes path tables, directories and continuation area into the image's first sectors.</summary>
    public void Write(SectorSpan image, DateTimeOffset time)
    {
        WritePathTable(image.At(Location.PathTableL), bigEndian: false);
        WritePathTable(image.At(Location.PathTableM), bigEndian: true);
        foreach (var directory in _directories)
        {
            directory.Write(image.At(directory.Extent), time);
        }

        _continuation.Write(image.At(_continuation.Extent));
    }

    private void AddRecords(DirectoryPlan directory, IIdentifierScheme scheme, IReadOnlyDictionary<FileNode, Extent> files)
    {
        AddRecord(
            directory,
            DirectoryRecord.SelfIdentifier,
            isDirectory: true,
            directory.Extent,
            directory.IsRoot ? _rockRidge?.ForRootItself(directory.Source) : _rockRidge?.ForNameless(directory.Source));
        AddRecord(
            directory,
            DirectoryRecord.ParentIdentifier,
            isDirectory: true,
            directory.Parent.Extent,
            _rockRidge?.ForNameless(directory.Parent.Source));

        foreach (var child in scheme.Identify(directory.Source))
        {
            var target = child.Node is FileNode file ? files[file] : AddDirectory((DirectoryNode)child.Node, directory, child.Identifier);
            AddRecord(directory, child.Identifier, child.Node is DirectoryNode, target, _rockRidge?.ForChild(child.Node));
        }
    }

    private Extent AddDirectory(DirectoryNode source, DirectoryPlan parent, byte[] identifier)
    {
        var plan = new DirectoryPlan(source, parent, identifier, checked((ushort)(_directories.Count + 1)));
        _directories.Add(plan);
        return plan.Extent;
    }

    private void AddRecord(DirectoryPlan directory, byte[] identifier, bool isDirectory, Extent target, IReadOnlyList<byte[]>? entries)
    {
        var capacity = DirectoryRecord.MaxLength - DirectoryRecord.SystemUseOffset(identifier.Length);
        var systemUse = entries is null ? SystemUseArea.Empty : SystemUseArea.Create(entries, capacity, _continuation);
        directory.Add(new DirectoryRecord(identifier, isDirectory, target, systemUse));
    }

    private void WritePathTable(Span<byte> table, bool bigEndian)
    {
        foreach (var directory in _directories)
        {
            PathTableRecord.Write(table, directory.Identifier, directory.Extent.Start, directory.Parent.Number, bigEndian);
            table = table[PathTableRecord.Length(directory.Identifier.Length)..];
        }
    }
}

using Iso9660.Fields;

namespace Iso9660.Structures;

/// <summary>What a volume descriptor says about its hierarchy of directories.</summary>
/// <param name="Root">The root directory.</param>
/// <param name="PathTableL">The path table whose numbers have the least significant byte first.</param>
/// <param name="PathTableM">The path table whose numbers have the most significant byte first.</param>
internal sealed record HierarchyLocation(Extent Root, Extent PathTableL, Extent PathTableM);

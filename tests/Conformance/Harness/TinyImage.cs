using System.Buffers.Binary;

namespace Orchestrator.Conformance.Harness;

/// <summary>The tiny guest's image, made by images/tiny/build.</summary>
internal static class TinyImage
{
    // The field "size" of a qcow2 header, big-endian (QEMU's docs/interop/qcow2.txt).
    private const int SizeOffset = 24;

    /// <summary>Its virtual size in bytes.</summary>
    public static long VirtualBytes
    {
        get
        {
            Span<byte> header = stackalloc byte[SizeOffset + sizeof(long)];
            using var image = File.OpenRead(Find());
            image.ReadExactly(header);
            return BinaryPrimitives.ReadInt64BigEndian(header[SizeOffset..]);
        }
    }

    /// <summary>Its path.</summary>
    public static string Find() => Find("tiny-x86_64.qcow2", "images/tiny/build");

    /// <summary>The path of the one whose kernel has 9p, which has the same size.</summary>
    public static string FindSharing() => Find("tiny-9p-x86_64.qcow2", "images/tiny/build --9p");

    private static string Find(string name, string builder)
    {
        var path = Repository.PathOf("artifacts/images/" + name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing; build it: {builder}");
    }
}

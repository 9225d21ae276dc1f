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
    public static string Find()
    {
        var path = Repository.PathOf("artifacts/images/tiny-x86_64.qcow2");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing; build it: images/tiny/build");
    }
}

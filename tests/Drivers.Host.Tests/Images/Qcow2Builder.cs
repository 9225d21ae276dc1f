using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Drivers.Host.Tests.Images;

/// <summary>Writes the smallest valid qcow2 images by hand, so that tests can spoil them in one place.</summary>
internal sealed class Qcow2Builder
{
    public const int ClusterSize = 65536;
    public const int BackingFileOffset = 512;

    private readonly byte[] _bytes = new byte[4 * ClusterSize];
    private int _extensionOffset = 104;

    public Qcow2Builder(long size = 64L << 20)
    {
        "QFI\u00FB"u8[..3].CopyTo(_bytes);
        _bytes[3] = 0xFB;
        U32(4, 3);
        U32(20, 16);
        U64(24, (ulong)size);
        U32(36, (uint)((size + (512L << 20) - 1) / (512L << 20)));
        U64(40, 3 * ClusterSize);
        U64(48, ClusterSize);
        U32(56, 1);
        U32(96, 4);
        U32(100, 104);
    }

    public Qcow2Builder U32(int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(offset), value);
        return this;
    }

    public Qcow2Builder U64(int offset, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(offset), value);
        return this;
    }

    public Qcow2Builder Extension(uint type, byte[] data)
    {
        U32(_extensionOffset, type);
        U32(_extensionOffset + 4, (uint)data.Length);
        data.CopyTo(_bytes, _extensionOffset + 8);
        _extensionOffset += 8 + ((data.Length + 7) & ~7);
        return this;
    }

    public Qcow2Builder BackedBy(string name, string? format = "qcow2")
    {
        if (format is not null)
        {
            Extension(0xE2792ACA, Encoding.UTF8.GetBytes(format));
        }

        var bytes = Encoding.UTF8.GetBytes(name);
        bytes.CopyTo(_bytes, BackingFileOffset);
        return U64(8, BackingFileOffset).U32(16, (uint)bytes.Length);
    }

    public byte[] Build() => [.. _bytes];

    public string WriteTo(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, _bytes);
        return path;
    }
}

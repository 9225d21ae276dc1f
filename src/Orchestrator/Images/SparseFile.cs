using Microsoft.Win32.SafeHandles;
using Orchestrator.Linux;

namespace Orchestrator.Images;

/// <summary>Writes a file from its beginning to its end, and leaves holes where it is empty, as most of a disk is.</summary>
internal sealed class SparseFile : IDisposable
{
    private const int PrivateMode = 0x180;
    private const int HoleBytes = 64 << 10;

    private readonly SafeFileHandle _file;

    /// <summary>Makes it.</summary>
    /// <exception cref="IOException">It exists, or cannot be made.</exception>
    public SparseFile(string path) => _file = Libc.Open(path, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow, PrivateMode);

    /// <summary>Its length so far, in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Writes what comes next.</summary>
    /// <exception cref="IOException">No room.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, HoleBytes - (int)(Length % HoleBytes))];
            if (part.ContainsAnyExcept((byte)0))
            {
                RandomAccess.Write(_file, part, Length);
            }

            Length += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Makes it as long as it is to be.</summary>
    /// <exception cref="IOException">No room.</exception>
    public void Finish() => RandomAccess.SetLength(_file, Length);

    public void Dispose() => _file.Dispose();
}

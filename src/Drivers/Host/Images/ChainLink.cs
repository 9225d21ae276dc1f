using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Drivers.Host.Images;

/// <summary>One file of a backing chain, open for reading.</summary>
/// <param name="Path">Its absolute path, symbolic links resolved.</param>
/// <param name="Format">Its format, which QEMU is told and never left to guess.</param>
/// <param name="VirtualSize">The size of the disk it holds, in bytes.</param>
/// <param name="File">The open file: what was checked is what QEMU gets.</param>
internal sealed record ChainLink(string Path, ImageFormat Format, long VirtualSize, SafeFileHandle File);

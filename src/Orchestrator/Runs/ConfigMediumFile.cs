using System.Security.Cryptography;
using Orchestrator.State;

namespace Orchestrator.Runs;

/// <summary>The config drive's medium on disk: private from its first byte, and there as briefly as possible.</summary>
internal static class ConfigMediumFile
{
    /// <summary>Fills the file in place, since the hypervisor may hold it open already, and forgets the bytes.</summary>
    /// <exception cref="Drivers.HostException">No room or no permission.</exception>
    public static async Task WriteAsync(string path, byte[] image, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.Write,
                    Options = FileOptions.Asynchronous,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    BufferSize = 0,
                });
            await stream.WriteAsync(image, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Explain(error, $"config drive '{path}'", "name another state directory with --state-dir");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(image);
        }
    }
}

using System.Globalization;
using Orchestrator.Drivers;
using Orchestrator.State;

namespace Orchestrator.Service;

/// <summary>
/// Held while a service works on a state directory, so that there is one at most. The kernel drops it when the service dies, however it dies.
/// </summary>
internal sealed class UpLock : IDisposable
{
    /// <summary>The file's name in the state directory. It stays; what counts is the lock on it.</summary>
    public const string FileName = "up.lock";

    private readonly FileStream _held;

    private UpLock(FileStream held) => _held = held;

    /// <summary>Whether somebody removed the lock's file, with the state directory perhaps: another service could take a new one.</summary>
    /// <returns>What happened; null when all is well.</returns>
    public string? FindLoss() => File.Exists(_held.Name) ? null : $"'{_held.Name}' was removed under the service; restart it";

    /// <summary>Takes it.</summary>
    /// <exception cref="HostException">Another service has it, or it cannot be made.</exception>
    public static UpLock Take(StateDirectory state)
    {
        var path = Path.Combine(state.Root, FileName);
        try
        {
            var held = LockFile.Open(path);
            held.SetLength(0);
            held.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
            return new UpLock(held);
        }
        catch (IOException error) when (LockFile.IsHeldByAnother(error))
        {
            throw new HostException(
                HostProblem.Other,
                $"state directory '{state.Root}': another 'orchestrator up' works on it{Holder(path)}; stop that one, or name another with --state-dir",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageFault.Explain(error, $"lock '{path}'", "name another state directory with --state-dir");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    // Only for the reader's convenience, and past .NET's own lock, which would refuse to open the file.
    private static string Holder(string path)
    {
        try
        {
            using var file = Drivers.Host.Processes.Libc.Open(path, Drivers.Host.Processes.Libc.ReadOnly);
            Span<byte> text = stackalloc byte[16];
            var count = RandomAccess.Read(file, text, 0);
            return int.TryParse(text[..count].TrimEnd("\n"u8), CultureInfo.InvariantCulture, out var pid) ? $" (process {pid})" : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

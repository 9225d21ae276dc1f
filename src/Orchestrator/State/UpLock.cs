using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.State;

/// <summary>
/// Held while a service works on a state directory, so that there is one at most. The kernel drops it when the service dies, however it dies.
/// </summary>
internal sealed class UpLock : IDisposable
{
    /// <summary>The file's name in the state directory. It stays; what counts is the lock on it.</summary>
    public const string FileName = "up.lock";

    private readonly LockFile _held;
    private readonly string _path;

    private UpLock(LockFile held, string path)
    {
        _held = held;
        _path = path;
    }

    /// <summary>Whether somebody removed the lock's file, with the state directory perhaps: another service could take, or has taken, a new one.</summary>
    /// <returns>What happened; null when all is well.</returns>
    public string? FindLoss()
    {
        try
        {
            if (Libc.Inode(_path) == Libc.Inode(_held.File, _path))
            {
                return null;
            }
        }
        catch (IOException)
        {
            // It is not there.
        }

        return $"'{_path}' was removed under the service; restart it";
    }

    /// <summary>Whether a service works on a state directory. True also where that cannot be found out.</summary>
    public static bool IsHeld(StateDirectory state)
    {
        try
        {
            return LockFile.IsHeld(PathIn(state));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error is not FileNotFoundException;
        }
    }

    /// <summary>Takes it.</summary>
    /// <exception cref="HostException">Another service has it, or it cannot be made.</exception>
    public static UpLock Take(StateDirectory state)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                if (TryTake(state) is { } taken)
                {
                    return taken;
                }

                if (attempt == LockFile.Attempts)
                {
                    throw new HostException(
                        HostProblem.Other,
                        $"state directory '{state.Root}': another 'orchestrator up' works on it{Holder(PathIn(state))}; stop that one, or name another with --state-dir");
                }

                Thread.Sleep(LockFile.BetweenAttempts);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(error, $"lock '{PathIn(state)}'", "name another state directory with --state-dir");
        }
    }

    /// <summary>Takes it, if nobody has it at the moment.</summary>
    /// <returns>Null when somebody has.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">So, too.</exception>
    public static UpLock? TryTake(StateDirectory state)
    {
        try
        {
            var held = LockFile.Open(PathIn(state));
            TrySign(held.File);
            return new UpLock(held, PathIn(state));
        }
        catch (IOException error) when (LockFile.IsHeldByAnother(error))
        {
            return null;
        }
    }

    public void Dispose() => _held.Dispose();

    // Only for whoever is refused.
    private static void TrySign(SafeFileHandle held)
    {
        try
        {
            RandomAccess.SetLength(held, 0);
            RandomAccess.Write(held, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
        }
        catch (IOException)
        {
            // A service has to start on a full disk too: machines may be waiting for it.
        }
    }

    private static string PathIn(StateDirectory state) => Path.Combine(state.Root, FileName);

    private static string Holder(string path)
    {
        try
        {
            return int.TryParse(GuardedFile.ReadOwn(path).AsSpan().TrimEnd((byte)'\n'), CultureInfo.InvariantCulture, out var pid) ? $" (process {pid})" : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Linux.Processes;

/// <summary>Runs a program to its end and collects what it says.</summary>
internal static class ShortProcess
{
    private const int MaxOutputBytes = 64 * 1024;

    /// <summary>Runs a program; it is killed when <paramref name="deadline"/> passes or the caller cancels.</summary>
    /// <returns>How it ended (null: the deadline passed) and what it wrote to standard output and standard error, trimmed.</returns>
    /// <exception cref="IOException">It could not be executed; <see cref="Exception.HResult"/> is the errno.</exception>
    public static async Task<(WaitStatus? Status, string Output)> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyList<SafeFileHandle> passedFiles,
        TimeSpan deadline,
        TimeProvider time,
        CancellationToken cancellationToken,
        ProcessUser? user = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var output = Libc.CreateMemoryFile("output");
        using var process = ObservedProcess.OfChild(ProcessLauncher.Spawn(new SpawnRequest(program, arguments, output, passedFiles) { User = user }));
        WaitStatus? status = null;
        try
        {
            status = await process.Exited.WaitAsync(deadline, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The null status says it.
        }
        finally
        {
            if (!process.Exited.IsCompleted)
            {
                process.Kill();
                await process.Exited.ConfigureAwait(false);
            }
        }

        return (status, Read(output));
    }

    private static string Read(SafeFileHandle output)
    {
        var buffer = new byte[Math.Min(RandomAccess.GetLength(output), MaxOutputBytes)];
        var length = RandomAccess.Read(output, buffer, 0);
        return Encoding.UTF8.GetString(buffer, 0, length).Trim();
    }
}

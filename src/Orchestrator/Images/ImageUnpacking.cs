using System.IO.Compression;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;
using Orchestrator.Linux.Processes;

namespace Orchestrator.Images;

/// <summary>Unpacks a published file, whose digest is right.</summary>
/// <param name="maxBytes">How much it may become: a small file can be packed so that it fills any disk.</param>
/// <param name="observer">Hears how it goes.</param>
internal sealed class ImageUnpacking(long maxBytes, IFetchObserver observer)
{
    private const int BufferBytes = 1 << 20;
    private const int MostSaid = 4096;

    /// <summary>Does it.</summary>
    /// <param name="subject">Whom it is for; messages begin with it.</param>
    /// <param name="packing">How it is packed.</param>
    /// <param name="from">The packed file.</param>
    /// <param name="to">The unpacked one, which must not exist.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="HostException">It cannot be unpacked, becomes too long, or there is no room.</exception>
    public async Task ExecuteAsync(string subject, Packing packing, string from, string to, CancellationToken cancellationToken)
    {
        using var packed = GuardedFile.OpenOwn(from);
        if (packing.Program is not null)
        {
            await UnpackByProgramAsync(subject, packing, packed, to, cancellationToken);
            return;
        }

        try
        {
            await using var stream = new FileStream(packed, FileAccess.Read);
            await using var unpacked = new GZipStream(stream, CompressionMode.Decompress);
            Copy(subject, unpacked, to, cancellationToken);
        }
        catch (InvalidDataException error)
        {
            throw new HostException(HostProblem.UnusableImage, $"{subject}: the file is not as gzip writes it: ask who publishes it", error);
        }
    }

    private async Task UnpackByProgramAsync(string subject, Packing packing, SafeFileHandle packed, string to, CancellationToken cancellationToken)
    {
        var program = Programs.Find(packing.Program!, packing.Package);
        using var said = Libc.CreateMemoryFile("said");
        await using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        using var child = Start(program, packing, packed, pipe, said);
        pipe.DisposeLocalCopyOfClientHandle();
        await using var killing = cancellationToken.Register(child.Kill);
        try
        {
            // It blocks, and ends with the program.
            await Task.Run(() => Copy(subject, pipe, to, cancellationToken), CancellationToken.None);
        }
        catch
        {
            child.Kill();
            throw;
        }
        finally
        {
            await child.Exited;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (await child.Exited is not { ExitCode: 0 } status)
        {
            var words = System.Text.Encoding.UTF8.GetString(GuardedFile.ReadFrom(said, 0, MostSaid)).Trim().ReplaceLineEndings("; ");
            throw new HostException(
                HostProblem.UnusableImage, $"{subject}: {packing.Program} cannot unpack it ({(words.Length > 0 ? words : (await child.Exited)?.ToString())}): ask who publishes it");
        }
    }

    private static ObservedProcess Start(string program, Packing packing, SafeFileHandle packed, AnonymousPipeServerStream pipe, SafeFileHandle said)
    {
        using var end = new SafeFileHandle(pipe.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        return ObservedProcess.OfChild(ProcessLauncher.Spawn(new SpawnRequest(program, packing.Arguments, end, []) { Input = packed, Error = said }));
    }

    private void Copy(string subject, Stream from, string to, CancellationToken cancellationToken)
    {
        try
        {
            using var file = new SparseFile(to);
            var buffer = new byte[BufferBytes];
            var looked = 0L;
            while (from.Read(buffer) is > 0 and var read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (file.Length + read > maxBytes)
                {
                    throw new HostException(
                        HostProblem.Other,
                        $"{subject}: unpacked, the image is longer than {new ByteSize(maxBytes)}, which is all that images may take: raise images.max-megabytes if it is to be");
                }

                file.Append(buffer.AsSpan(0, read));
                if (file.Length - looked >= BufferBytes)
                {
                    looked = file.Length;
                    DiskReserve.Require(subject, Path.GetDirectoryName(to)!, 0);
                }

                observer.Progress("unpacking", file.Length, null);
            }

            file.Finish();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw HostException.OfFile(error, $"images '{Path.GetDirectoryName(to)}'", "name another state directory with --state-dir");
        }
    }
}

using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Images;

/// <summary>Downloads an image's published file, and goes on where an earlier attempt was cut short: within this process, or by another that was killed.</summary>
/// <param name="server">Where files come from.</param>
/// <param name="maxBytes">How long the file may be.</param>
/// <param name="askRoom">Asks for room for so many bytes more, or throws; 0 where nobody knows how many there will be.</param>
/// <param name="observer">Hears how it goes.</param>
/// <param name="time">The clock.</param>
internal sealed class ImageDownload(FileServer server, long maxBytes, Action<long> askRoom, IFetchObserver observer, TimeProvider time)
{
    private const string Doing = "downloading";
    private const int BufferBytes = 1 << 20;

    // An attempt that brought less than this brought nothing.
    private const long WorthAnAttempt = 64 << 10;

    // Between attempts that brought nothing. After the last one it is given up.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    private bool _begun;

    /// <summary>Does it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="partial">What there is of it.</param>
    /// <param name="cancellationToken">Ends it; what was downloaded stays.</param>
    /// <returns>Whether some of it is from an earlier attempt, of another process perhaps.</returns>
    /// <exception cref="HostException">The server does not give it, or there is no room: then what was downloaded now is given back.</exception>
    public async Task<bool> ExecuteAsync(CatalogueImage image, PartialImage partial, CancellationToken cancellationToken)
    {
        var found = partial.Length;
        var resumed = false;
        try
        {
            for (var idle = 0; !Resumption.IsWhole(partial.ReadVersion(), image.Url, partial.Length);)
            {
                var before = partial.Length;
                try
                {
                    var (start, ended) = await TransferAsync(image, partial, cancellationToken);
                    resumed |= start > 0;
                    if (ended)
                    {
                        return resumed;
                    }

                    throw new CutException($"{image.Url.Authority} ended the file too soon");
                }
                catch (CutException cut)
                {
                    resumed = true;
                    idle = partial.Length - before >= WorthAnAttempt ? 0 : idle + 1;
                    if (idle > Pauses.Length)
                    {
                        throw new HostException(
                            HostProblem.ServiceUnavailable,
                            $"{image.Name}: {cut.Message}, again and again: try again{(partial.Length > 0 ? $", which goes on after {new ByteSize(partial.Length)}" : " later")}");
                    }

                    observer.Notice($"{image.Name}: {cut.Message} after {new ByteSize(partial.Length)}: {(partial.Length > 0 ? "going on from there" : "trying again")}");
                    await Task.Delay(idle == 0 ? Pauses[0] : Pauses[idle - 1], time, cancellationToken);
                }
            }

            return true;
        }
        catch (HostException error) when (error.Problem != HostProblem.ServiceUnavailable)
        {
            // No room, or more of it than there may be. What was there before is left.
            partial.CutTo(found);
            throw;
        }
    }

    private async Task<(long Start, bool Ended)> TransferAsync(CatalogueImage image, PartialImage partial, CancellationToken cancellationToken)
    {
        var length = partial.Length;
        var validator = Resumption.ValidatorFor(partial.ReadVersion(), image.Url, length);
        using var served = await AskAsync(image, length, validator, cancellationToken);
        if (Resumption.StartOf(served.Status, served.Range, validator is null ? 0 : length) is not { } start)
        {
            if (validator is null)
            {
                throw new HostException(
                    HostProblem.Other, $"{image.Name}: {image.Url.Authority} gave an answer that has not all of the file ({(int)served.Status}): check the URL {image.Url}");
            }

            partial.CutTo(0); // and all of it is asked for
            throw new CutException($"{image.Url.Authority} has not the rest of what it began");
        }

        var version = served.Version;
        RequireBound(image, version.Length ?? start);
        if (start == 0)
        {
            partial.Begin(version);
        }

        askRoom((version.Length ?? start) - start);
        observer.Progress(Doing, start, version.Length);
        var buffer = new byte[BufferBytes];
        var done = start;
        var looked = start;
        while (await served.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            RequireBound(image, done + read);
            partial.Append(buffer.AsSpan(0, read));
            done += read;
            if (done - looked >= BufferBytes)
            {
                looked = done;
                DiskReserve.Require(image.Name, Path.GetDirectoryName(partial.Downloaded)!, 0);
            }

            observer.Progress(Doing, done, version.Length);
        }

        return (start, done == (version.Length ?? done));
    }

    // Once the server has begun, that it is not reached is one more cut.
    private async Task<ServedFile> AskAsync(CatalogueImage image, long length, string? validator, CancellationToken cancellationToken)
    {
        try
        {
            return await server.OpenAsync(image.Name, image.Url, length, validator, cancellationToken);
        }
        catch (HostException error) when (_begun && error.Problem == HostProblem.ServiceUnavailable)
        {
            throw new CutException($"{image.Url.Authority} is not reached any more");
        }
        finally
        {
            _begun = true;
        }
    }

    private void RequireBound(CatalogueImage image, long bytes)
    {
        if (bytes > maxBytes)
        {
            throw new HostException(
                HostProblem.Other,
                $"{image.Name}: the file is longer than {new ByteSize(maxBytes)}, which is all that images may take: raise images.max-megabytes if it is to be");
        }
    }
}

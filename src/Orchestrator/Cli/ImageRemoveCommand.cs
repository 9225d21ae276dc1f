using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Images;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator image rm</c>: removes a base image that was fetched, or what there is of one.</summary>
/// <param name="names">Completes images' names.</param>
internal sealed class ImageRemoveCommand(ImageNames names) : ICliCommand
{
    private readonly Argument<string> _name = new("NAME|DIGEST") { Description = "The image, by its name or the beginning of its digest", HelpName = "NAME|DIGEST" };

    public Command Describe()
    {
        _name.CompletionSources.Add(names.CompleteFetched);
        return new Command("rm", "Remove a base image that was fetched and that no run uses") { _name };
    }

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        var name = command.GetRequiredValue(_name);
        if (session.ExistingState is not { } state)
        {
            throw NoSuch(name);
        }

        var cache = session.ImageCache;
        if (ImageNames.FindOne(name, cache) is not { } image)
        {
            return Task.FromResult(RemovePartial(name, cache, terminal.Notice));
        }

        var users = new ImageUsers(state).Find()[Path.GetFileName(image.Path)].ToList();
        if (users.Count > 0)
        {
            throw new HostException(HostProblem.Other, $"image {image.Name} ({image.Digest.Short}): in use by {string.Join(", ", users)}: remove it when that is over");
        }

        cache.Remove(image.Digest);
        terminal.Notice($"{image.Name} ({image.Digest.Short}): removed, {new ByteSize(image.DiskBytes)}");
        return Task.FromResult(ExitCode.Success);
    }

    private static int RemovePartial(string name, ImageCache cache, Action<string> tell)
    {
        if (cache.Partials().Where(digest => CachedImage.IsDigest(digest, name)).ToList() is not [var digest])
        {
            throw NoSuch(name);
        }

        using var partial = cache.TryTakePartial(digest)
            ?? throw new HostException(HostProblem.Other, $"image {digest.Short}: another process is fetching it: end that first, or wait for it");
        partial.Remove();
        tell($"{digest.Short}: what was downloaded of it is removed");
        return ExitCode.Success;
    }

    private static ConfigurationException NoSuch(string name) => new($"{name}: no image of that name or digest was fetched: 'orchestrator image list' lists those there are");
}

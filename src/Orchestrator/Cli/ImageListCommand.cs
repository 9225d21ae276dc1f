using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Images;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator image list</c>: the base images that were fetched.</summary>
internal sealed class ImageListCommand : ICliCommand
{
    private static readonly string[] Head = ["NAME", "ARCH", "DIGEST", "SIZE", "DISK", "FETCHED", "USED BY"];

    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    public Command Describe() => new("list", "List the base images that were fetched, and the runs, and instances of --file, that use them") { _json };

    public Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var session = Session.Open(invocation);
        var instances = SharedOptions.NamedFile(command) is null ? [] : session.LoadInstances().Instances;
        IReadOnlyList<ListedImage> images = session.ExistingState is { } state
            ? ListedImage.All(session.ImageCache, new ImageUsers(state), instances)
            : [];
        terminal.Result(command.GetValue(_json) ? ToJson(images) : string.Join('\n', ToText(images, session.Time.GetUtcNow())));
        return Task.FromResult(ExitCode.Success);
    }

    private static IEnumerable<string> ToText(IReadOnlyList<ListedImage> images, DateTimeOffset now) => PlainTable.Lay(
        Head,
        [
            .. images.Select(listed => (IReadOnlyList<string>)
            [
                listed.Image.Name,
                listed.Image.Note.Architecture ?? "-",
                listed.Image.Digest.Short,
                Size(listed.Image.DiskBytes),
                Size(listed.Image.Note.VirtualBytes),
                listed.Image.Note.Fetched is { } fetched ? $"{HumanTime.Of(now - fetched)} ago" : "-",
                listed.Users.Count == 0 ? "-" : string.Join(", ", listed.Users),
            ]),
        ]);

    private static string ToJson(IReadOnlyList<ListedImage> images) => JsonText.Write(json =>
    {
        json.WriteStartArray();
        foreach (var listed in images)
        {
            json.WriteStartObject();
            ImageText.WriteCached(json, listed.Image);
            json.WriteStartArray("used-by");
            foreach (var user in listed.Users)
            {
                json.WriteStringValue(user);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Size(long bytes) => new ByteSize(bytes).ToString().Replace(" ", "", StringComparison.Ordinal);

    /// <summary>An image, and who uses it.</summary>
    /// <param name="Image">The image.</param>
    /// <param name="Users">Runs, kept disks and instances, each for a person.</param>
    private sealed record ListedImage(CachedImage Image, IReadOnlyList<string> Users)
    {
        /// <summary>All there are.</summary>
        public static IReadOnlyList<ListedImage> All(ImageCache cache, ImageUsers users, IReadOnlyList<Instance> instances)
        {
            var used = users.Find();
            var resolved = instances.Select(new CatalogueImages(cache).TryResolve).OfType<Instance>().ToLookup(instance => instance.Machine.BaseImagePath);
            return
            [
                .. cache.List().Select(image => new ListedImage(
                    image, [.. used[Path.GetFileName(image.Path)], .. resolved[image.Path].Select(instance => $"instance {instance.Name}")])),
            ];
        }
    }
}

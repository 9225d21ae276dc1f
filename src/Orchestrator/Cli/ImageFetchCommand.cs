using System.CommandLine;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Images;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary><c>orchestrator image fetch</c>: downloads a base image.</summary>
internal sealed class ImageFetchCommand : ICliCommand
{
    private readonly Argument<string> _what = new("NAME|URL")
    {
        Description = "An image of the catalogue, images.json beside the instances, or where one is published",
        HelpName = "NAME|URL",
    };

    private readonly Option<string?> _digest = new("--sha256")
    {
        Description = "The SHA-256 digest of the file that the URL leads to",
        HelpName = "HEX",
    };

    private readonly Option<string?> _sums = new("--sha256sums")
    {
        Description = "Where a list of digests is published that has the file, as sha256sum prints them",
        HelpName = "URL",
    };

    public Command Describe()
    {
        _what.CompletionSources.Add(ImageNames.CompleteCatalogue);
        return new Command("fetch", "Download a base image, check it, and make a qcow2 image of it; go on where an earlier download was cut short")
        {
            _what, _digest, _sums,
        };
    }

    public async Task<int> ExecuteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (command, terminal, _) = invocation;
        using var interruption = new Interruption();
        var what = command.GetRequiredValue(_what);
        var byUrl = what.Contains("://", StringComparison.Ordinal);
        using var session = Session.Open(invocation, needsInstances: !byUrl);
        var catalogue = ImageCatalogue.PathBeside(command.GetValue(SharedOptions.File)!);
        var image = byUrl ? ReadUrl(what, command) : ReadName(what, catalogue, command);
        var images = byUrl && (SharedOptions.NamedFile(command) is null || !File.Exists(catalogue)) ? [] : ImageCatalogue.Load(catalogue).Images;
        var state = StateDirectory.Open(session.Settings.StateDirectory);
        var cache = session.ImageCache;
        var wanted = images.Select(cache.Find).OfType<CachedImage>().Select(cached => cached.Digest).ToHashSet();
        try
        {
            using var server = new FileServer(session.Settings.GitHub.Proxies, session.Time);
            var fetched = await FetchProgress.ShowAsync(image.Name, terminal, observer =>
            {
                var room = new ImageRoom(cache, new ImageUsers(state), session.Settings.MaxImageBytes, wanted, observer);
                return new ImageFetch(cache, server, room, session.Settings.MaxImageBytes, observer, session.Time).ExecuteAsync(image, interruption.Token);
            });
            terminal.Notice($"{image.Name}: {fetched.Note.Format}, {new ByteSize(fetched.DiskBytes)} on the disk, a disk of {new ByteSize(fetched.Note.VirtualBytes)}");
            terminal.Result(fetched.Path);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Notice($"{image.Name}: interrupted; fetched again, it goes on from there");
            return interruption.ExitCode;
        }
    }

    private CatalogueImage ReadName(string name, string catalogue, ParseResult command) =>
        command.GetValue(_digest) is null && command.GetValue(_sums) is null
            ? ImageCatalogue.Load(catalogue).Find(name)
            : throw new ConfigurationException($"{name}: {catalogue} says its digest: leave out --sha256 and --sha256sums, or name a URL");

    private CatalogueImage ReadUrl(string text, ParseResult command)
    {
        var url = Read(new DownloadUrlKind(isTold: true), "URL", text)!;
        var digest = Read(new DigestKind(), _digest.Name, command.GetValue(_digest));
        var sums = Read(new DownloadUrlKind(isTold: false), _sums.Name, command.GetValue(_sums));
        var name = DownloadUrlKind.NameOf(url);
        return (digest is null) == (sums is null)
            ? throw new ConfigurationException(digest is null
                ? $"{name}: nothing says which file it is to be: say --sha256 HEX, as its publisher tells it, or --sha256sums URL for a list that has it"
                : $"{name}: --sha256 and --sha256sums say the same: leave one of them out")
            : new CatalogueImage { Name = name, Url = url, Digest = digest, Sums = sums };
    }

    private static T? Read<T>(ValueKind<T> kind, string what, string? text)
        where T : class
    {
        if (text is null)
        {
            return null;
        }

        var value = kind.Read(SourceValue.Untyped(text), out var problem);
        return problem is null ? value : throw new ConfigurationException($"{what}: {problem}");
    }
}

using System.CommandLine.Completions;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Images;
using Orchestrator.Linux;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary>What people call images: completes that at the shell, and finds what is meant.</summary>
/// <param name="drivers">The drivers there are.</param>
internal sealed class ImageNames(IReadOnlyList<DriverRegistration> drivers)
{
    /// <summary>The names in the catalogue; none where it cannot be read, since a shell that completes is no place for errors.</summary>
    public static IEnumerable<CompletionItem> CompleteCatalogue(CompletionContext context) => Complete(() =>
    {
        var file = context.ParseResult.GetValue(SharedOptions.File) ?? SharedOptions.DefaultFile;
        return ImageCatalogue.Load(ImageCatalogue.PathBeside(file)).Images.Select(image => image.Name);
    });

    /// <summary>The names of those that were fetched.</summary>
    public IEnumerable<CompletionItem> CompleteFetched(CompletionContext context) => Complete(() =>
    {
        var sources = HostSettingsSources.OfProcess(SharedOptions.SettingsOf(context.ParseResult), null, instancesNamed: false);
        var settings = HostSettings.Load(sources, drivers);
        return new ImageCache(StateDirectory.ImagesOf(settings.StateDirectory), HostTime.Instance).List()
            .SelectMany(image => image.Note.Origins.Select(origin => origin.Name));
    });

    /// <summary>The one that a person means.</summary>
    /// <returns>Null where none was fetched that is called that.</returns>
    /// <exception cref="ConfigurationException">Several are.</exception>
    public static CachedImage? FindOne(string name, ImageCache cache) => cache.Find(name) switch
    {
        [] => null,
        [var image] => image,
        var several => throw new ConfigurationException(
            $"{name}: {several.Count} images are called that: say which, by its digest: {string.Join(", ", several.Select(image => image.Digest.Short))}"),
    };

    private static IEnumerable<CompletionItem> Complete(Func<IEnumerable<string>> names)
    {
        try
        {
            return [.. names().Distinct().Select(name => new CompletionItem(name))];
        }
        catch (OrchestratorException)
        {
            return [];
        }
    }
}

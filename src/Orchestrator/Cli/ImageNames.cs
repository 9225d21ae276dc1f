using System.CommandLine.Completions;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Images;
using Orchestrator.Linux;
using Orchestrator.State;

namespace Orchestrator.Cli;

/// <summary>Completes images' names at the shell.</summary>
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

using Orchestrator.Configuration;
using Orchestrator.Drivers;

namespace Orchestrator.Images;

/// <summary>Finds what instances call their images among those that were fetched.</summary>
/// <param name="cache">Those.</param>
internal sealed class CatalogueImages(ImageCache cache)
{
    /// <summary>The instance with the path of its base image.</summary>
    /// <returns>Null where its image is one of the catalogue's, and was not fetched.</returns>
    public Instance? TryResolve(Instance instance) => instance.CatalogueImage is not { } image ? instance
        : cache.Find(image) is { } cached ? instance with { Machine = instance.Machine with { BaseImagePath = cached.Path } }
        : null;

    /// <summary>The same, for a run.</summary>
    /// <exception cref="HostException">The image was not fetched.</exception>
    public Instance Resolve(Instance instance)
    {
        var resolved = TryResolve(instance) ?? throw new HostException(HostProblem.UnusableImage, DescribeMissing(instance));
        NoteUse(resolved);
        return resolved;
    }

    /// <summary>Notes that an image is given to a run.</summary>
    /// <param name="resolved">The run's instance, with the path of its base image.</param>
    /// <exception cref="HostException">The image was removed since.</exception>
    public void NoteUse(Instance resolved)
    {
        if (resolved.CatalogueImage is not null)
        {
            cache.Touch(cache.FindAt(resolved.Machine.BaseImagePath) ?? throw new HostException(HostProblem.UnusableImage, DescribeMissing(resolved)));
        }
    }

    /// <summary>Looks for an old runner in an instance's image, by the word of whoever built it, or of the catalogue.</summary>
    /// <param name="resolved">The instance, with the path of its base image.</param>
    /// <param name="now">The time.</param>
    /// <returns>A line that warns of it, or of a builder's word that makes no sense; null where there is nothing to warn of.</returns>
    public string? FindWarning(Instance resolved, DateTimeOffset now)
    {
        var path = resolved.Machine.BaseImagePath;
        var sidecar = ImageSidecar.Read(path, out var problem);
        return problem ?? sidecar?.FindAgedRunner(path, now) ?? cache.FindAt(path)?.FindAgedRunner(resolved.CatalogueImage?.Released, now);
    }

    /// <summary>That an instance's image was not fetched, and the remedy.</summary>
    public static string DescribeMissing(Instance instance)
    {
        var file = instance.Location.File;
        return $"{instance.Location}: instance {JsonText.Quote(instance.Name)}: the catalogue's image {JsonText.Quote(instance.CatalogueImage!.Name)} is not here yet; fetch it: "
            + $"orchestrator image fetch {instance.CatalogueImage.Name}{(file.Contains('/', StringComparison.Ordinal) ? $" --file {file}" : "")}";
    }
}

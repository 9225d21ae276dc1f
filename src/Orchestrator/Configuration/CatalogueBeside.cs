using Orchestrator.Drivers;

namespace Orchestrator.Configuration;

/// <summary>The catalogue beside an instances file, which is read when the first instance asks for it, and once.</summary>
/// <param name="instancesPath">The instances file, as the user named it.</param>
internal sealed class CatalogueBeside(string instancesPath)
{
    private ImageCatalogue? _read;

    /// <summary>Why it could not be read, a line for each problem; null where it could, or nobody asked.</summary>
    public string? Problem { get; private set; }

    /// <summary>The catalogue; null where it cannot be read.</summary>
    public ImageCatalogue? Read()
    {
        try
        {
            return Problem is null ? _read ??= ImageCatalogue.Load(ImageCatalogue.PathBeside(instancesPath)) : null;
        }
        catch (ConfigurationException error)
        {
            Problem = error.Message;
            return null;
        }
    }
}

namespace Orchestrator.Images;

/// <summary>Removes what there is of images that nobody is fetching.</summary>
/// <param name="cache">The images.</param>
/// <param name="tell">Hears what is removed, a line each.</param>
internal sealed class PartialSweep(ImageCache cache, Action<string> tell)
{
    /// <summary>Does it.</summary>
    /// <param name="dryRun">Only says what would be done.</param>
    public void Execute(bool dryRun)
    {
        foreach (var found in cache.FindPartials().Where(found => !found.IsHeld))
        {
            if (dryRun)
            {
                Tell(found, "would be removed");
            }
            else if (cache.TryTakePartial(found.Digest) is { } partial)
            {
                using (partial)
                {
                    partial.Remove();
                    Tell(found, "removed");
                }
            }
        }
    }

    private void Tell(FoundPartial found, string what) => tell($"{found.Path}: {what}: what was downloaded of an image that nobody is fetching");
}

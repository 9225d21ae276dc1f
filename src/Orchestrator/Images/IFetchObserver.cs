namespace Orchestrator.Images;

/// <summary>Hears how fetching an image goes. Called by one thread at a time.</summary>
internal interface IFetchObserver
{
    /// <summary>What happened, a line for a person.</summary>
    void Notice(string line);

    /// <summary>How far it is.</summary>
    /// <param name="what">What is being done: <c>downloading</c>.</param>
    /// <param name="done">How many bytes.</param>
    /// <param name="total">Of how many; null where nobody knows.</param>
    void Progress(string what, long done, long? total);
}

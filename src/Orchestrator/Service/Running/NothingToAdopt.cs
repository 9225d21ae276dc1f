namespace Orchestrator.Service.Running;

/// <summary>placeholder</summary>
internal sealed class NothingToAdopt : IRunAdopter
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<IAdoptableRun>> TakeAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<IAdoptableRun>>([]);
}

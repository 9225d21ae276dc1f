
namespace Orchestrator.Service.Running;

/// <summary>Goes on with the runs of an earlier service.</summary>
internal interface IRunAdopter
{
    /// <summary>Takes the runs of the state directory that an earlier service left, and removes what nobody can go on with.</summary>
    Task<IReadOnlyList<IAdoptableRun>> TakeAsync(CancellationToken cancellationToken);
}

using Orchestrator.Drivers;
using Orchestrator.Preprocessing;

namespace Orchestrator.Runs;

/// <summary>The config drive's content, in two steps, so that a secret lives as briefly as it can.</summary>
internal interface IConfigMedium
{
    /// <summary>Makes sure that the content can be had. Called before anything is made for the run.</summary>
    /// <exception cref="OrchestratorException">It cannot, and why.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Fetches the secrets and makes the ISO 9660 image. Called when the machine is prepared.</summary>
    /// <param name="run">The run whose it is.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    /// <exception cref="OrchestratorException">They cannot be had, and why.</exception>
    Task<byte[]> BuildAsync(RunContext run, CancellationToken cancellationToken);
}

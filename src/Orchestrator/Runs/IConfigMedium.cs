using Iso9660;
using Orchestrator.Configuration;
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

/// <summary>The config drive of an instance: an ISO 9660 image that holds <c>instance.json</c>.</summary>
/// <param name="name">The instance's name.</param>
/// <param name="plan">How its config becomes what the guest is told.</param>
internal sealed class InstanceConfigMedium(string name, PreprocessingPlan plan) : IConfigMedium
{
    /// <summary>The volume identifier guests look for.</summary>
    public const string VolumeId = "instance-configuration";

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken) => plan.CheckAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<byte[]> BuildAsync(RunContext run, CancellationToken cancellationToken)
    {
        var document = InstanceDocument.Write(name, await plan.EvaluateAsync(run, cancellationToken));
        return new IsoImage(VolumeId).AddFile(InstanceDocument.FileName, document).ToArray();
    }
}

using System.Security.Cryptography;
using Iso9660;
using Orchestrator.Configuration;
using Orchestrator.Preprocessing;

namespace Orchestrator.Runs;

/// <summary>The config drive of an instance: an ISO 9660 image that holds <c>instance.json</c>.</summary>
/// <param name="name">The instance's name.</param>
/// <param name="plan">How its config becomes what the guest is told.</param>
internal sealed class InstanceConfigMedium(string name, PreprocessingPlan plan) : IConfigMedium
{
    /// <summary>The volume identifier guests look for.</summary>
    public const string VolumeId = "instance-configuration";

    public Task CheckAsync(CancellationToken cancellationToken) => plan.CheckAsync(cancellationToken);

    public async Task<byte[]> BuildAsync(RunContext run, CancellationToken cancellationToken)
    {
        var document = InstanceDocument.Write(name, await plan.EvaluateAsync(run, cancellationToken));
        var medium = new IsoImage(VolumeId).AddFile(InstanceDocument.FileName, document).ToArray();
        CryptographicOperations.ZeroMemory(document);
        return medium;
    }
}

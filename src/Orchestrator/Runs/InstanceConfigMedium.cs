using System.Security.Cryptography;
using Iso9660;
using Orchestrator.Configuration;
using Orchestrator.Preprocessing;

namespace Orchestrator.Runs;

/// <summary>The config drive of an instance: an ISO 9660 image that holds <c>instance.json</c>, and what its cloud-init is told.</summary>
/// <param name="name">The instance's name.</param>
/// <param name="plan">How its config becomes what the guest is told.</param>
internal sealed class InstanceConfigMedium(string name, PreprocessingPlan plan) : IConfigMedium
{
    /// <summary>The volume identifier guests look for, where none of them is cloud-init, which knows only its own.</summary>
    public const string VolumeId = "instance-configuration";

    public Task CheckAsync(CancellationToken cancellationToken) => plan.CheckAsync(cancellationToken);

    public async Task<byte[]> BuildAsync(RunContext run, CancellationToken cancellationToken)
    {
        var (config, cloudInit) = await plan.EvaluateAsync(run, cancellationToken);
        var files = new Dictionary<string, byte[]> { [InstanceDocument.FileName] = InstanceDocument.Write(name, config) };
        var image = new IsoImage(cloudInit is null ? VolumeId : CloudInitSeed.VolumeId);
        if (cloudInit is { } seed)
        {
            foreach (var (file, content) in CloudInitSeed.Write(seed, run.Run.Value, name))
            {
                files.Add(file, content);
            }
        }

        foreach (var (file, content) in files)
        {
            image.AddFile(file, content);
        }

        var medium = image.ToArray();
        foreach (var content in files.Values)
        {
            CryptographicOperations.ZeroMemory(content);
        }

        return medium;
    }
}

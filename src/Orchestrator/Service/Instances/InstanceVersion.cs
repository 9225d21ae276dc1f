using System.Globalization;
using System.Text;
using Orchestrator.Configuration;
using Orchestrator.Linux;

namespace Orchestrator.Service.Instances;

/// <summary>A word that differs when a machine would be another: when the description changed, or the base image.</summary>
internal static class InstanceVersion
{
    /// <summary>The version of an instance.</summary>
    /// <param name="instance">What the file says, wherever in it.</param>
    /// <param name="driver">The driver's name.</param>
    /// <param name="settings">What holds where the file does not say.</param>
    public static string Of(Instance instance, string driver, HostSettings settings)
    {
        string?[] parts =
        [
            instance.Name,
            instance.ImagePath,
            ImageVersion(instance.ImagePath),
            Text(instance.CpuCores),
            Text(instance.RamBytes),
            Text(instance.RootDiskBytes),
            Text(instance.Timeout.Ticks),
            instance.SshPort is { } port ? Text(port) : null,
            instance.Architecture.ToString(),
            driver,
            settings.Accelerator.ToString(),
            (instance.Network ?? settings.Network).ToString(),
            instance.OnReboot.ToString(),
            instance.Config.GetRawText(),
        ];
        return Hash(string.Join('\0', parts)).ToString("x16", CultureInfo.InvariantCulture);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Without an image there is nothing to run, which the run will say; here it is one more version.
    private static string ImageVersion(string path)
    {
        try
        {
            return Libc.VersionOf(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    // FNV-1a, draft-eastlake-fnv: nobody gains by two descriptions that look the same.
    private static ulong Hash(string text)
    {
        const ulong offsetBasis = 0xcbf29ce484222325;
        const ulong prime = 0x100000001b3;
        return Encoding.UTF8.GetBytes(text).Aggregate(offsetBasis, (hash, value) => unchecked((hash ^ value) * prime));
    }
}

using System.Globalization;
using Orchestrator.Configuration;
using Orchestrator.Drivers;
using Orchestrator.Linux;
using Orchestrator.Linux.Files;

namespace Orchestrator.Service.Instances;

/// <summary>A word that differs when a machine would be another: when the description changed, the base image, or what that is backed by.</summary>
internal static class InstanceVersion
{
    /// <summary>The version of an instance.</summary>
    /// <param name="instance">What the file says, wherever in it.</param>
    /// <param name="accelerator">How guest code is to be run.</param>
    public static string Of(Instance instance, AcceleratorPreference accelerator)
    {
        string?[] parts =
        [
            WithoutMounts(instance.Machine),
            string.Join(' ', instance.Machine.Allow),
            ImageVersion(instance.Machine.BaseImagePath),
            .. instance.Machine.BackingImagePaths.SelectMany(path => (string[])[path, ImageVersion(path)]),
            Text(instance.Timeout.Ticks),
            instance.SshPort is { } port ? Text(port) : null,
            instance.Driver,
            accelerator.ToString(),
            instance.Config.GetRawText(),

            // No word for what there is none of, so that machines of before there were any count as what they are.
            .. Word("runner", instance.Runner?.ToString()),
            .. Word("cloud-init", instance.CloudInit?.GetRawText()),
            .. Word("timeout-from", instance.TimeoutFromJob ? "job" : null),
            .. instance.Machine.Mounts.SelectMany(mount => Word("mount", mount.ToString())),
            .. Word("idle", Text(instance.IdleTimeout)),
            .. Word("config", Text(instance.ConfigTimeout)),
        ];
        return Fingerprint.Of(string.Join('\0', parts));
    }

    // A list's text says nothing of what is in it, and machines of before there were any had no such text.
    private static string WithoutMounts(MachineDescription machine) =>
        machine.ToString().Replace($", {nameof(machine.Mounts)} = {machine.Mounts}", "", StringComparison.Ordinal);

    private static string[] Word(string what, string? word) => word is null ? [] : [what, word];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Text(TimeSpan? span) => span is { } some ? Text(some.Ticks) : null;

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
}

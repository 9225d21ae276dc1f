using System.Globalization;

namespace Orchestrator.Examination;

/// <summary>The host's memory, as Linux tells it in <c>/proc/meminfo</c> (proc(5)).</summary>
internal static class HostMemory
{
    /// <summary>All of it, in bytes.</summary>
    public static ulong Total() => Read("MemTotal:");

    /// <summary>What programs could get without swapping, in bytes.</summary>
    public static ulong Available() => Read("MemAvailable:");

    private static ulong Read(string field)
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
            {
                var kibibytes = line.AsSpan(field.Length).Trim().TrimEnd("kB").TrimEnd();
                return ulong.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }
}

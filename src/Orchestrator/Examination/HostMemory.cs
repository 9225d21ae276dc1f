using System.Globalization;
using Orchestrator.Configuration;
using Orchestrator.Linux;

namespace Orchestrator.Examination;

/// <summary>The host's memory, as Linux tells it in <c>/proc/meminfo</c> (proc(5)), and what of it this process may have (cgroups(7)).</summary>
/// <param name="root">Where <c>/proc</c> and <c>/sys</c> are, with a slash at its end.</param>
internal sealed class HostMemory(string root = "/")
{
    // Half of it becomes the managed heap's; stacks and libraries take up to 150 MiB. With less, the runtime may abort the process at any moment.
    private const ulong LeastAddressSpace = 512UL << 20;

    /// <summary>Why this program cannot even begin. Null where it can.</summary>
    /// <param name="addressSpace">How many bytes of addresses it may have; null: any number.</param>
    public static string? FindFault(ulong? addressSpace) => addressSpace < LeastAddressSpace
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"no more than {addressSpace >> 20} MiB of addresses may be used (ulimit -v); this program needs {LeastAddressSpace >> 20}, and a machine its ram: raise the limit")
        : null;

    /// <summary>What machines may have together, in bytes: all, or what the control group lets us, or one above it, where machines are in it.</summary>
    public long TotalFor(HostSettings settings)
    {
        var total = Read("MemTotal:");
        return MachinesAreChildren(settings) ? FindLimits().Append(total).Min() : total;
    }

    /// <summary>How many bytes of addresses a machine may have; null: any number.</summary>
    public static long? AddressSpaceFor(HostSettings settings) => MachinesAreChildren(settings) ? (long?)Libc.AddressSpaceLimit : null;

    /// <summary>What programs could get without swapping, in bytes.</summary>
    public long Available() => Read("MemAvailable:");

    // By the driver that is used unless an instance names another.
    private static bool MachinesAreChildren(HostSettings settings) =>
        settings.Drivers.First(driver => driver.Name == settings.Driver).Capabilities.MachinesAreChildren;

    // A limit holds for everything below it. Where version 1 has the controller, version 2 has no file of its.
    private IEnumerable<long> FindLimits()
    {
        foreach (var line in ReadLines("proc/self/cgroup"))
        {
            var (group, mount, file) = line.Split(':', 3) switch
            {
                ["0", "", var unified] => (unified, "sys/fs/cgroup", "memory.max"),
                [_, var controllers, var own] when controllers.Split(',').Contains("memory") => (own, "sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                _ => (null, "", ""),
            };
            for (; group is not null; group = Path.GetDirectoryName(group))
            {
                foreach (var limit in ReadLines(Path.Combine(mount, group.TrimStart('/'), file)))
                {
                    if (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)) // and not "max"
                    {
                        yield return bytes;
                    }
                }
            }
        }
    }

    private long Read(string field)
    {
        var line = ReadLines("proc/meminfo").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(field.Length).Trim().TrimEnd("kB").TrimEnd(), CultureInfo.InvariantCulture) * 1024;
    }

    private string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(root + file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // the root of all groups has no limit, and a container sees no groups above its own
        }
    }
}

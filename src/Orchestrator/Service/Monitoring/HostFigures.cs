using System.Text;
using Orchestrator.Leases;
using Orchestrator.State;

namespace Orchestrator.Service.Monitoring;

/// <summary>Numbers of this process and of what the state directory has. Thread-safe.</summary>
/// <param name="stateDirectory">Absolute path.</param>
/// <param name="leases">What runs hold elsewhere.</param>
/// <param name="time">The clock.</param>
internal sealed class HostFigures(string stateDirectory, LeaseStore leases, TimeProvider time)
{
    // A thousand run directories take a few milliseconds to look through, whoever asks how often.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly double _began = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
    private readonly Lock _lock = new();
    private long _measured;
    private double? _used;

    /// <summary>Writes them in Prometheus' text format.</summary>
    public void Write(StringBuilder text)
    {
        WriteOne(text, "orchestrator_state_directory_bytes", "gauge", "Disk used by the state directory.", Used());
        WriteOne(text, "orchestrator_state_directory_free_bytes", "gauge", "Disk left for the state directory.", Figure(() => DiskUse.FreeAt(stateDirectory)));
        WriteOne(
            text, "orchestrator_leases_owed", "gauge", "What runs that are over still hold elsewhere, runners on GitHub.", Figure(() => leases.Owed().Sum(owed => owed.Count)));
        WriteOne(text, "process_cpu_seconds_total", "counter", "Processor time of the orchestrator itself.", Environment.CpuUsage.TotalTime.TotalSeconds);
        WriteOne(text, "process_resident_memory_bytes", "gauge", "Memory of the orchestrator itself.", Environment.WorkingSet);
        WriteOne(text, "process_start_time_seconds", "gauge", "When the service started, in seconds since 1970.", _began);
    }

    private static void WriteOne(StringBuilder text, string name, string type, string help, double value)
    {
        MetricFamily.WriteHead(text, name, type, help);
        text.Append(name).Append(' ').Append(MetricFamily.Number(value)).Append('\n');
    }

    private double Used()
    {
        lock (_lock)
        {
            if (_used is { } known && time.GetElapsedTime(_measured) < Fresh)
            {
                return known;
            }

            _measured = time.GetTimestamp();
            _used = Figure(() => DiskUse.Of(stateDirectory));
            return _used.Value;
        }
    }

    private static double Figure(Func<long> measure)
    {
        try
        {
            return measure();
        }
        catch (IOException)
        {
            return double.NaN; // somebody removed it
        }
    }
}

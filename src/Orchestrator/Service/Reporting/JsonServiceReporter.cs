using System.Text.Json;
using Orchestrator.Configuration;
using Orchestrator.Operations;
using Orchestrator.Reporting;

namespace Orchestrator.Service.Reporting;

/// <summary>
/// Tells a program how a service goes: NDJSON, one event a line, those of runs as <c>run --json</c> prints them. Every line has <c>time</c>
/// (UTC) and <c>event</c>, and <c>instance</c> where it is about one.
/// </summary>
internal sealed class JsonServiceReporter(Stream output) : IServiceReporter
{
    public IRunReporter OfRun(string instance) => new JsonRunReporter(output, instance);

    public void Tell(ServiceEvent happened, DateTimeOffset at) =>
        JsonLine.Write(output, "the service's", happened, at, line => WriteDetails(line, happened));

    private static void WriteDetails(Utf8JsonWriter line, ServiceEvent happened)
    {
        switch (happened)
        {
            case ServiceEvent.Listening listening:
                line.WriteString("endpoint", EndpointKind.TextOf(listening.Endpoint));
                break;
            case ServiceEvent.Ready ready:
                line.WriteNumber("instances", ready.Instances);
                line.WriteNumber("adopted", ready.Adopted);
                break;
            case ServiceEvent.Swept swept:
                line.WriteString("instance", swept.Instance);
                line.WriteString("run", swept.Run);
                line.WriteBoolean("machine-ended", swept.Alive);
                line.WriteString("why", swept.Why);
                break;
            case ServiceEvent.LeaseReleased(var run, var lease):
                line.WriteString("run", run);
                line.WriteString("kind", lease.Kind);
                line.WriteString("scope", lease.Scope);
                line.WriteString("name", lease.Name);
                break;
            case ServiceEvent.RunFailed failed:
                line.WriteString("instance", failed.Instance);
                line.WriteString("why", failed.Why);
                break;
            case ServiceEvent.BackingOff backingOff:
                line.WriteString("instance", backingOff.Instance);
                line.WriteNumber("delay-ms", backingOff.Delay.TotalMilliseconds);
                line.WriteNumber("failures", backingOff.Failures);
                if (backingOff.Held)
                {
                    line.WriteString("reason", IdleInstance.RateLimit);
                }

                break;
            case ServiceEvent.Waiting waiting:
                line.WriteString("instance", waiting.Instance);
                line.WriteString("reason", JsonNamingPolicy.KebabCaseLower.ConvertName(waiting.Reason.ToString()));
                line.WriteNumber("memory-bytes", waiting.Demand.MemoryBytes);
                line.WriteNumber("disk-bytes", waiting.Demand.DiskBytes);
                line.WriteNumber("committed-memory-bytes", waiting.Committed.MemoryBytes);
                line.WriteNumber("committed-disk-bytes", waiting.Committed.DiskBytes);
                break;
            case ServiceEvent.Stopping stopping:
                line.WriteString("instance", stopping.Instance);
                line.WriteString("why", stopping.Why);
                break;
            case ServiceEvent.Reloaded reloaded:
                WriteNames(line, "added", reloaded.Added);
                WriteNames(line, "changed", reloaded.Changed);
                WriteNames(line, "removed", reloaded.Removed);
                break;
            case ServiceEvent.ReloadRefused refused:
                line.WriteString("why", refused.Why);
                break;
            case ServiceEvent.InstancesRefused refused:
                line.WriteString("why", refused.Why);
                break;
            case ServiceEvent.Warning warning:
                line.WriteString("message", warning.Message);
                break;
            case ServiceEvent.Draining draining:
                line.WriteString("mode", JsonNamingPolicy.KebabCaseLower.ConvertName(draining.Mode.ToString()));
                line.WriteNumber("machines", draining.Machines);
                break;
        }
    }

    private static void WriteNames(Utf8JsonWriter line, string key, IReadOnlyList<string> names)
    {
        line.WriteStartArray(key);
        foreach (var name in names)
        {
            line.WriteStringValue(name);
        }

        line.WriteEndArray();
    }
}

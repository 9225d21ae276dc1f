using System.Globalization;
using System.Net.Sockets;
using Orchestrator.Configuration;
using Orchestrator.Output;
using Orchestrator.Reporting;
using Orchestrator.Service.Policy;

namespace Orchestrator.Service.Reporting;

/// <summary>Tells a person, or the journal, how a service goes.</summary>
internal sealed class TextServiceReporter(Terminal terminal) : IServiceReporter
{
    public IRunReporter OfRun(string instance) => new TextRunReporter(terminal, instance);

    public void Tell(ServiceEvent happened, DateTimeOffset at)
    {
        switch (happened)
        {
            case ServiceEvent.Listening(UnixDomainSocketEndPoint socket):
                terminal.Notice($"metrics: curl --unix-socket {socket} http://localhost/metrics");
                break;
            case ServiceEvent.Listening(var endpoint):
                terminal.Notice($"metrics: http://{endpoint}/metrics");
                break;
            case ServiceEvent.Ready(var instances, 0):
                terminal.Notice($"up: keeps {Count(instances, "instance")} running");
                break;
            case ServiceEvent.Ready(var instances, var adopted):
                terminal.Notice($"up: keeps {Count(instances, "instance")} running; {Count(adopted, "machine")} of an earlier service adopted");
                break;
            case ServiceEvent.Swept(var run, var instance, var alive, var why):
                terminal.Notice($"{(instance.Length == 0 ? "" : $"{instance}: ")}run {run}: {(alive ? "its machine ended, " : "")}removed: {why}");
                break;
            case ServiceEvent.LeaseReleased(var run, var lease):
                terminal.Notice($"run {run}: {lease}: released: its run is over");
                break;
            case ServiceEvent.RunFailed(var instance, var why):
                terminal.Error($"{instance}: {why}");
                break;
            case ServiceEvent.BackingOff(var instance, var delay, _, Held: true):
                terminal.Notice($"{instance}: waits for that; the next run begins in {Seconds(delay)}");
                break;
            case ServiceEvent.BackingOff(var instance, var delay, var failures, _):
                terminal.Warning($"{instance}: {Count(failures, "run")} in a row failed or ended too soon; the next one begins in {Seconds(delay)}");
                break;
            case ServiceEvent.Waiting waiting:
                TellWaiting(waiting);
                break;
            case ServiceEvent.Stopping(var instance, var why):
                terminal.Notice($"{instance}: its machine has no job yet and is ended: {why}");
                break;
            case ServiceEvent.Reloaded(var added, var changed, var removed):
                terminal.Notice($"reloaded: {Names("added", added)}{Names("changed", changed)}{Names("removed", removed)}".TrimEnd(' ', ';', ':'));
                break;
            case ServiceEvent.ReloadRefused(var why):
                terminal.Error($"{why}\nnot reloaded: what was in force still is");
                break;
            case ServiceEvent.InstancesRefused(var why):
                terminal.Error($"{why}\nno instance is started until that is mended; the machines of an earlier service go on");
                break;
            case ServiceEvent.Warning(var message):
                terminal.Warning(message);
                break;
            case ServiceEvent.Draining(var mode, var machines, var deadline):
                terminal.Notice($"draining: {Describe(mode, machines, deadline)}");
                break;
            case ServiceEvent.Drained:
                terminal.Notice("drained");
                break;
        }
    }

    private void TellWaiting(ServiceEvent.Waiting waiting)
    {
        var (instance, reason, demand, committed, capacity) = waiting;
        switch (reason)
        {
            case WaitReason.Queue:
                terminal.Notice($"{instance}: waits its turn behind instances that wait longer for room on this host");
                return;
            case WaitReason.PortTaken:
                terminal.Notice($"{instance}: waits for its ssh-port, which the machine of another instance still has");
                return;
        }

        var ofMemory = reason == WaitReason.TooLarge
            ? demand.MemoryBytes > capacity.MemoryBytes
            : demand.MemoryBytes + committed.MemoryBytes > capacity.MemoryBytes;
        var (thing, asked, taken, most, key) = ofMemory
            ? ("memory", demand.MemoryBytes, committed.MemoryBytes, capacity.MemoryBytes, "memory")
            : ("disk", demand.DiskBytes, committed.DiskBytes, capacity.DiskBytes, "disk");
        if (reason == WaitReason.TooLarge)
        {
            terminal.Error(
                $"{instance}: asks {Size(asked)} of {thing}, and this host has {Size(most)} for all instances: "
                + $"lower {(ofMemory ? "ram" : "root-disk")}, or raise up.{key}-overcommit");
        }
        else
        {
            terminal.Warning(
                $"{instance}: waits for {thing}: it asks {Size(asked)}, and {Size(taken)} of {Size(most)} are taken (up.{key}-overcommit raises that)");
        }
    }

    private static string Describe(DrainMode mode, int machines, TimeSpan deadline) => mode switch
    {
        _ when machines == 0 => "nothing runs",
        DrainMode.Leave => $"{Count(machines, "machine")} left running for the next 'orchestrator up'",
        DrainMode.Finish => $"{Count(machines, "machine")} may finish within {Seconds(deadline)}; a second signal asks them to power down",
        _ => $"{Count(machines, "machine")} asked to power down; a second signal ends them at once",
    };

    private static string Names(string what, IReadOnlyList<string> names) => names.Count == 0 ? "" : $"{what} {string.Join(", ", names)}; ";

    private static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Seconds(TimeSpan span) => $"{span.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s";

    private static string Size(long bytes) => new ByteSize(bytes).ToString();
}

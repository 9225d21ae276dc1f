using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Orchestrator.Drivers.Qemu.Arguments;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>Puts the medium into the config drive and takes it out again, whatever the guest does with the tray meanwhile.</summary>
/// <param name="monitor">Commands QEMU.</param>
/// <param name="events">Is told which tray moves are ours.</param>
/// <param name="mayHoldMedium">False for a machine whose drive is known to be empty.</param>
[SuppressMessage(
    "Design", "CA1001", Justification = "The semaphore has no wait handle unless asked for one, and disposing it under a waiter would throw.")]
internal sealed class ConfigDrive(QemuMonitor monitor, MachineEvents events, bool mayHoldMedium)
{
    // One attempt suffices: QEMU ejects under its own lock, with the guest's processors kept out. More are for what nobody thought of.
    private const int MaxAttempts = 5;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _mayHoldMedium = mayHoldMedium;

    /// <summary>Inserts the medium, before the guest runs.</summary>
    /// <returns>False when QEMU has exited.</returns>
    /// <exception cref="QmpCommandException">QEMU refused.</exception>
    /// <exception cref="HypervisorException">QEMU does not answer.</exception>
    public async Task<bool> InsertAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _mayHoldMedium = true;
            BeginOwnTrayMoves();
            try
            {
                // All at once: QEMU takes them in this order, and a refused one makes the next refused too. A medium goes in through an open tray only.
                var answers = await Task.WhenAll(
                    monitor.ExecuteAsync("blockdev-add", WithNewNode, cancellationToken),
                    monitor.ExecuteAsync("blockdev-open-tray", WithDriveByForce, cancellationToken),
                    monitor.ExecuteAsync("blockdev-insert-medium", WithDriveAndNode, cancellationToken),
                    monitor.ExecuteAsync("blockdev-close-tray", WithDrive, cancellationToken)).ConfigureAwait(false);
                return Array.TrueForAll(answers, answer => answer is not null);
            }
            finally
            {
                EndOwnTrayMoves();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes the medium and verifies that neither the drive nor QEMU has it any more. A QEMU that has exited is success.</summary>
    /// <exception cref="HypervisorException">It is still there, or nobody knows.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var refusal = (QmpCommandException?)null;
            for (var attempt = 0; _mayHoldMedium; attempt++)
            {
                if (attempt == MaxAttempts)
                {
                    throw new HypervisorException(
                        $"the config drive's medium could not be removed in {MaxAttempts} attempts{(refusal is null ? "" : $": {refusal.Description}")}; the machine must be ended",
                        refusal);
                }

                refusal = await EjectAsync(cancellationToken).ConfigureAwait(false);
                _mayHoldMedium = !await IsGoneAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private static void WithDrive(Utf8JsonWriter arguments) => arguments.WriteString("id", QemuArguments.ConfigDrive);

    private static void WithNode(Utf8JsonWriter arguments) => arguments.WriteString("node-name", BlockNodes.ConfigMedia);

    private static void WithDriveAndNode(Utf8JsonWriter arguments)
    {
        WithDrive(arguments);
        WithNode(arguments);
    }

    private static void WithDriveByForce(Utf8JsonWriter arguments)
    {
        WithDrive(arguments);
        arguments.WriteBoolean("force", true);
    }

    private static void WithNewNode(Utf8JsonWriter arguments)
    {
        arguments.WriteString("driver", "file");
        WithNode(arguments);
        arguments.WriteString("filename", BlockNodes.ConfigMediaPath);
        arguments.WriteBoolean("read-only", true);
    }

    /// <summary>Says which refusal, if any, stands between us and an empty drive: whether it is empty is decided by looking.</summary>
    private async Task<QmpCommandException?> EjectAsync(CancellationToken cancellationToken)
    {
        BeginOwnTrayMoves();
        try
        {
            // All at once, to keep no medium waiting for an answer. A node or a set that an earlier attempt removed is refused too; looking decides.
            var refusals = await Task.WhenAll(
                TryAsync("eject", WithDriveByForce, cancellationToken),
                TryAsync("blockdev-del", WithNode, cancellationToken),
                TryAsync("remove-fd", arguments => arguments.WriteNumber("fdset-id", BlockNodes.ConfigMediaSet), cancellationToken)).ConfigureAwait(false);
            return Array.Find(refusals, refusal => refusal is not null);
        }
        finally
        {
            EndOwnTrayMoves();
        }
    }

    private async Task<bool> IsGoneAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            monitor.ExecuteAsync("query-block", null, cancellationToken),
            monitor.ExecuteAsync("query-named-block-nodes", arguments => arguments.WriteBoolean("flat", true), cancellationToken),
            monitor.ExecuteAsync("query-fdsets", null, cancellationToken),
            monitor.ExecuteAsync("query-status", null, cancellationToken)).ConfigureAwait(false);
        if (answers is not [{ } devices, { } nodes, { } sets, { } status])
        {
            // QEMU has exited.
            return true;
        }

        // A paused QEMU closes removed descriptors when it goes on (monitor_fdset_cleanup); no node can use one by then.
        var running = status.TryGetProperty("running", out var value) && value.ValueKind == JsonValueKind.True;
        return BlockState.Read(devices) is { MediumInserted: false }
            && !Has(nodes, "node-name", name => name.ValueKind == JsonValueKind.String && name.ValueEquals(BlockNodes.ConfigMedia))
            && (!running || !Has(sets, "fdset-id", set => set.TryGetInt32(out var number) && number == BlockNodes.ConfigMediaSet));
    }

    private static bool Has(JsonElement list, string member, Func<JsonElement, bool> matches) =>
        list.ValueKind != JsonValueKind.Array
        || list.EnumerateArray().Any(element => element.TryGetProperty(member, out var value) && matches(value));

    private async Task<QmpCommandException?> TryAsync(string command, Action<Utf8JsonWriter> arguments, CancellationToken cancellationToken)
    {
        try
        {
            await monitor.ExecuteAsync(command, arguments, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (QmpCommandException exception)
        {
            return exception;
        }
    }

    private void BeginOwnTrayMoves()
    {
        // What the guest did before is still the guest's.
        monitor.Drain();
        events.OwnTrayMoves = true;
    }

    private void EndOwnTrayMoves()
    {
        monitor.Drain();
        events.OwnTrayMoves = false;
    }
}

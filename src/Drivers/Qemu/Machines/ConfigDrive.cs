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
internal sealed class ConfigDrive(Monitor monitor, MachineEvents events, bool mayHoldMedium)
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
            await monitor.ExecuteAsync(
                "blockdev-add",
                arguments =>
                {
                    arguments.WriteString("driver", "file");
                    arguments.WriteString("node-name", BlockNodes.ConfigMedia);
                    arguments.WriteString("filename", BlockNodes.ConfigMediaPath);
                    arguments.WriteBoolean("read-only", true);
                },
                cancellationToken).ConfigureAwait(false);
            BeginOwnTrayMoves();
            try
            {
                // A medium goes in through an open tray only.
                await monitor.ExecuteAsync("blockdev-open-tray", WithDrive(force: true), cancellationToken).ConfigureAwait(false);
                await monitor.ExecuteAsync(
                    "blockdev-insert-medium",
                    arguments =>
                    {
                        arguments.WriteString("id", QemuArguments.ConfigDrive);
                        arguments.WriteString("node-name", BlockNodes.ConfigMedia);
                    },
                    cancellationToken).ConfigureAwait(false);
                return await monitor.ExecuteAsync("blockdev-close-tray", WithDrive(), cancellationToken).ConfigureAwait(false) is not null;
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
                        $"the config drive's medium could not be removed in {MaxAttempts} attempts{(refusal is null ? "" : $": {refusal.Description}")}; the machine must be ended.",
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

    private static Action<Utf8JsonWriter> WithDrive(bool force = false) => arguments =>
    {
        arguments.WriteString("id", QemuArguments.ConfigDrive);
        if (force)
        {
            arguments.WriteBoolean("force", true);
        }
    };

    /// <summary>Says which refusal, if any, stands between us and an empty drive: whether it is empty is decided by looking.</summary>
    private async Task<QmpCommandException?> EjectAsync(CancellationToken cancellationToken)
    {
        QmpCommandException? refusal;
        BeginOwnTrayMoves();
        try
        {
            refusal = await TryAsync("eject", WithDrive(force: true), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            EndOwnTrayMoves();
        }

        // A node or a set that an earlier attempt removed is refused too; then looking finds it gone.
        refusal = await TryAsync(
            "blockdev-del", arguments => arguments.WriteString("node-name", BlockNodes.ConfigMedia), cancellationToken).ConfigureAwait(false) ?? refusal;
        return await TryAsync(
            "remove-fd", arguments => arguments.WriteNumber("fdset-id", BlockNodes.ConfigMediaSet), cancellationToken).ConfigureAwait(false) ?? refusal;
    }

    private async Task<bool> IsGoneAsync(CancellationToken cancellationToken)
    {
        if (await monitor.ExecuteAsync("query-block", null, cancellationToken).ConfigureAwait(false) is not { } devices
            || await monitor.ExecuteAsync(
                "query-named-block-nodes", arguments => arguments.WriteBoolean("flat", true), cancellationToken).ConfigureAwait(false) is not { } nodes
            || await monitor.ExecuteAsync("query-fdsets", null, cancellationToken).ConfigureAwait(false) is not { } sets
            || await monitor.ExecuteAsync("query-status", null, cancellationToken).ConfigureAwait(false) is not { } status)
        {
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

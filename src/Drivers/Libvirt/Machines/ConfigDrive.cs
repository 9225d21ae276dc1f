using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Libvirt;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>Puts the medium into the config drive and takes it out again, whatever the guest does with the tray meanwhile.</summary>
/// <param name="doAsync">Does something to the domain; false when that is over.</param>
/// <param name="freeze">Keeps QEMU from running, where that is allowed.</param>
/// <param name="note">Says that the guest is paused, and by whom.</param>
/// <param name="mayHoldMedium">False for a machine whose drive is known to be empty.</param>
[SuppressMessage(
    "Design", "CA1001", Justification = "The semaphore has no wait handle unless asked for one, and disposing it under a waiter would throw.")]
internal sealed class ConfigDrive(
    Func<Action<LibvirtDomain>, CancellationToken, Task<bool>> doAsync, Func<FrozenProcess?> freeze, NoteKeeper<DomainNote> note, bool mayHoldMedium)
{
    private const DeviceModifyFlags ByForce = DeviceModifyFlags.Live | DeviceModifyFlags.Force;

    private const int Ejects = 5;

    // Far more than a guest has reason for that has given its medium up: one that mounts the empty drive moves the tray twice.
    private const int MostMoves = 100;

    private static readonly TimeSpan HandOver = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BetweenEjects = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _turn = new(1, 1);

    // By this process, whose connection was lost, or by one that is no more.
    private bool _pausedBefore = note.Current.PausedToEject;
    private bool _mayHoldMedium = mayHoldMedium || note.Current.PausedToEject;
    private volatile bool _movingTray;
    private int _moves;

    /// <summary>
    /// The tray moves because we move it, which is not the guest's doing. Until libvirt tells of the change of the metadata that follows the removal: its
    /// events come in order, and not before the call that caused them returns.
    /// </summary>
    public bool MovesTray => _movingTray;

    /// <summary>Libvirt tells that the metadata changed: no tray move of ours comes after that.</summary>
    public void EndOwnTrayMoves() => _movingTray = false;

    /// <summary>Inserts the medium.</summary>
    /// <returns>False when the machine is over.</returns>
    /// <exception cref="LibvirtException">Libvirt refuses.</exception>
    public async Task<bool> InsertAsync(string path, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _mayHoldMedium = true;
            return await doAsync(found => found.UpdateDevice(DomainXml.ConfigDrive(path), ByForce), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes it, and looks whether it is gone.</summary>
    /// <remarks>
    /// <para>Libvirt opens the tray and then removes the medium, and a guest may close the tray in between, again and again. So the guest is paused meanwhile,
    /// some hundredths of a second.</para>
    /// <para>A guest that does nothing but move its tray raises events faster than libvirt works them off, and every command waits behind them, pausing
    /// included: it may take minutes, and libvirtd gigabytes. So QEMU itself is kept from running until libvirt has caught up and is about to pause it.</para>
    /// </remarks>
    /// <exception cref="HypervisorException">It is still there.</exception>
    /// <exception cref="LibvirtException">Nobody knows.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_mayHoldMedium)
            {
                return;
            }

            _movingTray = true;
            var refusal = (LibvirtException?)null;
            var present = false;

            // Written down before: whoever takes over after us must know who has to let it go on.
            note.Update(known => known with { PausedToEject = true });
            using var frozen = freeze();

            // All at once, to keep the guest no longer than need be.
            await doAsync(
                found =>
                {
                    var resume = Pause(found, frozen);
                    for (var attempt = 1; ; attempt++)
                    {
                        refusal = Eject(found);
                        present = DomainXml.ReadConfigDrive(found.GetXml()).MediumPath is not null;
                        if (!present || attempt == Ejects)
                        {
                            break;
                        }

                        // Libvirt takes the tray for open, and has yet to hear that the guest closed it before it was paused. Or it never will: a drive that is
                        // reset, as by a kernel on its way down, closes its tray without a word.
                        Thread.Sleep(BetweenEjects);
                        if (attempt > 1)
                        {
                            OpenTray(found);
                        }
                    }

                    // A guest that still has it does not get to read it: the machine is about to be ended.
                    if (resume && !present)
                    {
                        Resume(found);
                    }
                },
                cancellationToken).ConfigureAwait(false);
            if (present)
            {
                throw new HypervisorException(
                    $"the config drive's medium could not be removed{(refusal is null ? "" : $": {refusal.Message}")}; the machine must be ended", refusal);
            }

            _mayHoldMedium = false;
            note.Update(known => known with { PausedToEject = false });
            await RecordAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// The guest has moved the tray. Of a guest that does nothing else, the drive is unplugged, which is empty by then (the first move begins the removal, whose turn comes
    /// first): each move costs libvirtd a millisecond and more, and the machine's end, of which it hears behind all of them, would come minutes late.
    /// </summary>
    public void CountMove()
    {
        if (++_moves == MostMoves)
        {
            _ = UnplugAsync();
        }
    }

    private async Task UnplugAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            note.Update(known => known with { PausedToEject = true });
            using var frozen = freeze();
            await doAsync(
                found =>
                {
                    found.GetState(); // as in Pause, answered when libvirt has caught up, and then the command is handed over to a QEMU that is about to go on
                    using var thaw = new Timer(_ => frozen?.Thaw(), null, HandOver, Timeout.InfiniteTimeSpan);
                    found.DetachDevice(DomainXml.ConfigDrive(null), DeviceModifyFlags.Live);
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is LibvirtException or OrchestratorException)
        {
            // Libvirt keeps it, or is away: then the end comes late.
        }
        finally
        {
            note.Update(known => known with { PausedToEject = false });
            _turn.Release();
        }
    }

    /// <summary>Pauses the guest. False where somebody else has paused it, who decides when it goes on.</summary>
    private bool Pause(LibvirtDomain found, FrozenProcess? frozen)
    {
        // Answered once libvirt has worked off what the guest had caused.
        var (state, _) = found.GetState();
        if (state != DomainState.Running)
        {
            frozen?.Thaw();
            return _pausedBefore;
        }

        // Libvirt hands the command over to a QEMU that cannot take it yet, and waits; the first thing it does then is to take it.
        using var thaw = new Timer(_ => frozen?.Thaw(), null, HandOver, Timeout.InfiniteTimeSpan);
        _pausedBefore = true; // before: a daemon may do it and be killed before it says so, and then nobody else would let the guest go on
        found.Suspend();
        return true;
    }

    private static void Resume(LibvirtDomain found)
    {
        try
        {
            found.Resume();
        }
        catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.OperationInvalid && found.GetState().State == DomainState.Running)
        {
            // Somebody else was quicker.
        }
    }

    /// <summary>Says which refusal, if any, stands between us and an empty drive: whether it is empty is decided by looking.</summary>
    private static LibvirtException? Eject(LibvirtDomain found)
    {
        try
        {
            found.UpdateDevice(DomainXml.ConfigDrive(null), ByForce);
            return null;
        }
        catch (LibvirtException exception)
        {
            return exception;
        }
    }

    /// <summary>Makes true what libvirt takes for granted, behind its back: it knows no other way to open a tray than to find it closed.</summary>
    private static void OpenTray(LibvirtDomain found)
    {
        try
        {
            found.QemuMonitorCommand(
                $$"""{ "execute": "blockdev-open-tray", "arguments": { "id": "{{DomainXml.ConfigDriveAlias}}", "force": true } }""");
        }
        catch (LibvirtException)
        {
            // The next attempt to eject says what stands in the way.
        }
    }

    /// <summary>Lets <c>virsh dumpxml</c> say so, too.</summary>
    private async Task RecordAsync(CancellationToken cancellationToken)
    {
        try
        {
            await doAsync(
                found =>
                {
                    if (found.GetMetadata(DomainXml.MetadataNamespace) is { } metadata)
                    {
                        found.SetMetadata(WithConfigurationRemoved(metadata), DomainXml.MetadataPrefix, DomainXml.MetadataNamespace);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException)
        {
            // What counts is done. Tray moves are the guest's again.
            _movingTray = false;
        }
    }

    private static string WithConfigurationRemoved(string metadata)
    {
        var run = XElement.Parse(metadata);
        run.SetAttributeValue("configuration", "removed");
        return run.ToString(SaveOptions.DisableFormatting);
    }
}

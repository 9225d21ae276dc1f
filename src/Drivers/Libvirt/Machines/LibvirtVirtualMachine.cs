using System.Text.Json;
using Libvirt;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>A machine whose domain exists, or existed when this process got hold of it.</summary>
internal sealed class LibvirtVirtualMachine : IVirtualMachine, IDomainObserver
{
    private readonly VmEventQueue _events = new();
    private readonly DomainLife _life = new();
    private readonly MachineParts _parts;
    private readonly NoteKeeper<DomainNote> _note;
    private readonly CommandedDomain _domain;
    private readonly MachineEnding _ending;
    private readonly GuestPort _guestPort;
    private readonly ConfigDrive _drive;
    private readonly IDisposable _watching;
    private readonly CancellationTokenSource _letGo = new();
    private readonly TimeProvider _time;
    private int _started;
    private int _released;
    private bool _guestRan;
    private bool _suspended;
    private bool _storageFull;
    private bool _storageLimited;

    /// <summary>Takes over a domain, or hears of one that is about to be created from its first moment.</summary>
    /// <param name="parts">What it consists of.</param>
    /// <param name="time">The clock.</param>
    public LibvirtVirtualMachine(MachineParts parts, TimeProvider time)
    {
        _parts = parts;
        _time = time;
        _started = parts.Exists ? 1 : 0;
        _guestRan = parts.Note.Started;
        _note = new NoteKeeper<DomainNote>(parts.Files.Note, parts.Note);
        _domain = new CommandedDomain(parts.Daemon, Uuid);
        _guestPort = new GuestPort(parts.Files.SaidByGuest, _events, time);
        _ending = new MachineEnding(parts, _domain, _note, _events, _guestPort, time);
        _drive = new ConfigDrive(_domain.DoAsync, () => FrozenProcess.TryFreeze(Processes), _note, mayHoldMedium: parts.Exists);
        _watching = parts.Daemon.Watch(Uuid, this);
    }

    public VmId Id => _parts.Id;

    public IAsyncEnumerable<VmEvent> Events => _events.ReadAllAsync();

    public SshEndpoint? Ssh => _parts.Note.SshPort is { } port ? SshEndpoint.OnLoopback(port) : null;

    public Task<VmExit> Completion => _ending.Completion;

    private Guid Uuid => _parts.Note.Uuid;

    private MachineProcesses Processes => _parts.Files.ProcessesOf(Id, _note.Current);

    /// <summary>The domain was created: from now on it is over when it is not there.</summary>
    /// <returns>The pid of its QEMU; null where that may not be looked at.</returns>
    public int? ConfirmCreation()
    {
        _ending.ConfirmCreation();
        if (Processes.Find().Only is { } process)
        {
            _note.Update(note => note with { Process = NotedProcess.Of(process) });
        }

        return _note.Current.Process?.Pid;
    }

    /// <summary>Goes on with a machine that another process commanded, which is seen like this since its events are heard here.</summary>
    public void TakeOver(ObservedDomain observed)
    {
        if (_guestRan)
        {
            // A guest that stands still for its medium's sake has opened the tray, though it may have closed it again; only the removal lets it go on.
            Report(_note.Current.PausedToEject ? observed with { Drive = observed.Drive with { TrayOpen = true } } : observed);
            _guestPort.Listen();
            WatchNetwork();
        }
    }

    public async Task StartAsync(ReadOnlyMemory<byte> medium, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("The machine was started already, or made by another process.");
        }

        try
        {
            var running = medium.IsEmpty
                || await _drive.InsertAsync(MediumFile.Write(_parts.Note.Owner, Id, medium.Span), cancellationToken).ConfigureAwait(false);
            if (running)
            {
                _note.Update(note => note with { Started = true });
                _guestPort.Listen();
                running = await _domain.DoAsync(domain => domain.Resume(), cancellationToken).ConfigureAwait(false);
            }

            if (!running)
            {
                var exit = await _ending.AwaitAsync("it vanished before its start", cancellationToken).ConfigureAwait(false);
                throw new HypervisorException($"the domain ended before the guest could be started: {exit.Detail}");
            }

            WatchNetwork();
        }
        catch (LibvirtException exception)
        {
            throw new HypervisorException($"libvirt would not start the guest: {exception.Message}", exception);
        }
    }

    public async Task RemoveConfigMediaAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _drive.RemoveAsync(cancellationToken).ConfigureAwait(false);
            _parts.Files.EraseMedium();
        }
        catch (HypervisorException exception) when (exception.InnerException is LibvirtException)
        {
            // Refused: either the guest keeps it, and is paused, or the domain ends and is described for a moment more as it was.
            if (!await _ending.IsNearAsync(cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            _parts.Files.EraseMedium();
        }
        catch (LibvirtException exception)
        {
            // The guest may be running: waited is only for what sounds like an end.
            if (exception.Code is not (LibvirtErrorCode.NoDomain or LibvirtErrorCode.OperationInvalid)
                || !await _ending.IsNearAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new HypervisorException($"libvirt cannot say whether the config drive's medium is gone: {exception.Message}", exception);
            }

            _parts.Files.EraseMedium();
        }
    }

    public Task RequestPowerDownAsync(CancellationToken cancellationToken)
    {
        // Before the command: the guest may be gone before its answer is here.
        _note.Update(note => note with { PowerDownRequested = true });
        return CommandAsync(domain => domain.Shutdown(DomainShutdownFlags.AcpiPowerButton), "press the power button", cancellationToken);
    }

    public Task ResumeAsync(CancellationToken cancellationToken) => CommandAsync(
        domain =>
        {
            if (domain.GetState() is (DomainState.Paused, DomainStateReason.PausedIoError))
            {
                domain.Resume();
            }
        },
        "let the guest go on",
        cancellationToken);

    public Task KillAsync(CancellationToken cancellationToken) => _ending.KillAsync(cancellationToken);

    public async Task<Stream> OpenConsoleAsync(CancellationToken cancellationToken) =>
        await OpenPlainConsoleAsync(cancellationToken).ConfigureAwait(false) is { } console
            ? new ResumingConsole(console, OpenPlainConsoleAsync, Completion)
            : Stream.Null;

    public async ValueTask DetachAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            try
            {
                await KillAsync(CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                await ReleaseAsync().ConfigureAwait(false);
            }

            _parts.Files.Remove();
        }
    }

    public void Observe(DomainEvent happened)
    {
        switch (happened)
        {
            case DomainEvent.LifecycleChanged { Change: var change, Detail: var detail }:
                ObserveLife(change, detail);
                break;
            case DomainEvent.TrayChanged { DeviceAlias: DomainXml.ConfigDriveAlias } moved when _guestRan && !_drive.MovesTray:
                _events.Publish(moved.Change == TrayChange.Opened ? new VmEvent.TrayOpened() : new VmEvent.TrayClosed());
                _drive.CountMove();
                break;
            case DomainEvent.MetadataChanged { NamespaceUri: DomainXml.MetadataNamespace }:
                _drive.EndOwnTrayMoves();
                break;
            case DomainEvent.MonitorEvent { Name: "POWERDOWN" } when !_note.Current.PowerDownRequested:
                _life.PressPowerButton();
                _events.Publish(new VmEvent.PowerButtonPressed("somebody asked the guest to shut down (virsh shutdown)"));
                break;
            case DomainEvent.Rebooted:
                _life.Reboot();
                _events.Publish(new VmEvent.GuestRebooted());
                break;
            case DomainEvent.IoFailed { Action: IoErrorAction.Pause, Reason: "enospc" }:
                FillStorage();
                break;
            case DomainEvent.MonitorEvent { Name: "BLOCK_IO_ERROR", Details: { Length: > 0 } details } when !_storageLimited && LimitIn(details) is { } limit:
                _storageLimited = true;
                _events.Publish(new VmEvent.StorageLimitReached(limit));
                break;
        }
    }

    public void Lost(string cause)
    {
        if (_ending.Absence.Begin())
        {
            _events.Publish(new VmEvent.ControlLost(cause));
        }
    }

    public void Restored()
    {
        if (_ending.Absence.End())
        {
            _ = LookAgainAsync();
        }
    }

    private void ObserveLife(DomainLifecycle change, DomainLifecycleDetail detail)
    {
        switch (change)
        {
            case DomainLifecycle.Resumed:
                _guestRan = true;
                _storageFull = false;
                if (_suspended)
                {
                    _suspended = false;
                    _events.Publish(new VmEvent.Resumed());
                }

                break;
            case DomainLifecycle.Suspended when detail == DomainLifecycleDetail.SuspendedPaused && _guestRan && !_drive.MovesTray:
                _ = NameSuspensionAsync();
                break;
            case DomainLifecycle.Crashed:
                if (_life.Panic())
                {
                    _events.Publish(new VmEvent.GuestPanicked());
                }

                break;
            case DomainLifecycle.Shutdown:
                _life.ShutDown(detail);
                break;
            case DomainLifecycle.Stopped:
                _ending.Conclude(_life.Judge(detail, _note.Current, _ending.WhyKilled));
                break;
        }
    }

    /// <summary>The domain is paused: by a person, or on the way to its end, as after a panic, which other events tell of.</summary>
    private async Task NameSuspensionAsync()
    {
        try
        {
            if (await _domain.LookAsync(CancellationToken.None).ConfigureAwait(false) is { State: DomainState.Paused, Reason: DomainStateReason.PausedUser })
            {
                _suspended = true;
                _events.Publish(new VmEvent.Suspended("somebody paused the machine (virsh suspend)"));
            }
        }
        catch (Exception exception) when (exception is LibvirtException or OrchestratorException)
        {
            // The daemon went away, which is told of; or the domain did.
        }
    }

    private async Task LookAgainAsync()
    {
        try
        {
            if (await LookSettledAsync().ConfigureAwait(false) is { } observed)
            {
                _events.Publish(new VmEvent.ControlRestored());
                if (_guestRan)
                {
                    Report(observed);
                }
            }
            else if (_ending.Created)
            {
                _ending.Vanish(MachineEnding.Unseen);
            }
        }
        catch (Exception exception) when (exception is LibvirtException or OrchestratorException or OperationCanceledException)
        {
            // Away again, which is told of anew; or over.
        }
    }

    private void Report(ObservedDomain observed)
    {
        if (observed.Drive.TrayOpen)
        {
            _events.Publish(new VmEvent.TrayOpened(FoundOpen: true));
        }

        if (observed is { State: DomainState.Paused, Reason: DomainStateReason.PausedIoError })
        {
            FillStorage();
        }
    }

    private void FillStorage()
    {
        // Reported once, though every request under way fails.
        if (!_storageFull)
        {
            _storageFull = true;
            _events.Publish(new VmEvent.StorageFull());
        }
    }

    private async Task CommandAsync(Action<LibvirtDomain> command, string what, CancellationToken cancellationToken)
    {
        try
        {
            await _domain.DoAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException exception)
        {
            // Of a domain that ends at that moment libvirt refuses anything, in many words.
            if (!await _ending.IsNearAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new HypervisorException($"libvirt would not {what}: {exception.Message}", exception);
            }
        }
    }

    private static string? LimitIn(string details)
    {
        using var error = JsonDocument.Parse(details);
        return StorageLimit.FindIn(error.RootElement);
    }

    private async Task<Stream?> OpenPlainConsoleAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await DomainConsole.OpenAsync(act => _domain.DoAsync(act, cancellationToken), Id).ConfigureAwait(false);
        }
        catch (HypervisorException exception) when (exception.InnerException is LibvirtException { Code: LibvirtErrorCode.SystemError })
        {
            // The pseudo-terminal goes with the QEMU that made it, and libvirtd may not have noticed yet.
            if (!await _ending.IsNearAsync(cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            return null;
        }
    }

    private async Task<ObservedDomain?> LookSettledAsync()
    {
        while (true)
        {
            try
            {
                return await _domain.LookSettledAsync().ConfigureAwait(false);
            }
            catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.OperationTimeout && _released == 0)
            {
                // It is not connected to its QEMU yet, and what it does about that may come without an event.
            }
        }
    }

    // A domain that ends while the daemon is away is not heard of until that is back.
    private void WatchNetwork() => _ = GuestNetwork.WatchAsync(
        _parts.Files.Directory, _events, Completion, isSeen: () => !_ending.Absence.Lasts, _time, _letGo.Token);

    private async ValueTask ReleaseAsync()
    {
        await _letGo.CancelAsync().ConfigureAwait(false);
        await _guestPort.StopAsync().ConfigureAwait(false);
        _watching.Dispose();
        _ending.Dispose();
        _letGo.Dispose();
    }
}

using System.Diagnostics.CodeAnalysis;
using Libvirt;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Libvirt.Connections;
using Orchestrator.Drivers.Libvirt.Xml;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>A machine whose domain exists, or existed when this process got hold of it.</summary>
[SuppressMessage(
    "Usage", "CA2213", Justification = "A source of cancellation without a timer holds nothing, and members may be called after disposing.")]
internal sealed class LibvirtVirtualMachine : IVirtualMachine, IDomainObserver
{
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly VmEventQueue _events = new();
    private readonly TaskCompletionSource<VmExit> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private readonly DomainLife _life = new();
    private readonly MachineParts _parts;
    private readonly TimeProvider _time;
    private readonly ConfigDrive _drive;
    private readonly NoteKeeper<DomainNote> _note;
    private readonly IDisposable _watching;
    private string? _killedBecause;
    private int _started;
    private int _released;
    private volatile bool _exists;
    private bool _guestRan;
    private bool _suspended;
    private bool _storageFull;
    private volatile TaskCompletionSource _loss = NewLoss();
    private ITimer? _patience;

    /// <summary>Takes over a domain, or hears of one that is about to be created from its first moment.</summary>
    /// <param name="parts">What it consists of.</param>
    /// <param name="time">The clock.</param>
    public LibvirtVirtualMachine(MachineParts parts, TimeProvider time)
    {
        _parts = parts;
        _time = time;
        _note = new NoteKeeper<DomainNote>(parts.Files.Note, parts.Note);
        _started = parts.Note.Started ? 1 : 0;
        _guestRan = parts.Note.Started;
        _exists = parts.Exists;
        _drive = new ConfigDrive(DoAsync, () => FrozenProcess.TryFreeze(Uuid), _note, mayHoldMedium: parts.Exists);
        _watching = parts.Daemon.Watch(Uuid, this);
    }

    /// <inheritdoc/>
    public VmId Id => _parts.Id;

    /// <inheritdoc/>
    public IAsyncEnumerable<VmEvent> Events => _events.ReadAllAsync();

    /// <inheritdoc/>
    public Task<VmExit> Completion => _completion.Task;

    private Guid Uuid => _parts.Note.Uuid;

    /// <summary>The domain was created: from now on it is over when it is not there.</summary>
    public void ConfirmCreation() => _exists = true;

    /// <summary>Goes on with a machine that another process commanded, which is seen like this since its events are heard here.</summary>
    public void TakeOver(DomainSight sight)
    {
        if (_guestRan)
        {
            // A guest that stands still for its medium's sake has opened the tray, though it may have closed it again; only the removal lets it go on.
            Report(_note.Current.PausedToEject ? sight with { Drive = sight.Drive with { TrayOpen = true } } : sight);
        }
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("The machine was started already.");
        }

        try
        {
            // An empty file is an empty drive: a guest that needs no configuration.
            var running = !HasMedium() || await _drive.InsertAsync(_parts.Files.ConfigMedia, cancellationToken).ConfigureAwait(false);
            if (running)
            {
                _note.Update(note => note with { Started = true });
                running = await DoAsync(domain => domain.Resume(), cancellationToken).ConfigureAwait(false);
            }

            if (!running)
            {
                var exit = await EndedAsync("it vanished before its start", cancellationToken).ConfigureAwait(false);
                throw new HypervisorException($"the domain ended before the guest could be started: {exit.Detail}");
            }
        }
        catch (LibvirtException exception)
        {
            throw new HypervisorException($"libvirt would not start the guest: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public async Task RemoveConfigMediaAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _drive.RemoveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException exception)
        {
            throw new HypervisorException($"libvirt cannot say whether the config drive's medium is gone: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public async Task RequestPowerDownAsync(CancellationToken cancellationToken)
    {
        // Before the command: the guest may be gone before its answer is here.
        _note.Update(note => note with { PowerDownRequested = true });
        try
        {
            await DoAsync(domain => domain.Shutdown(DomainShutdownFlags.AcpiPowerButton), cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException exception)
        {
            throw new HypervisorException($"libvirt would not press the power button: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public Task KillAsync(CancellationToken cancellationToken)
    {
        _killedBecause ??= "it was killed by the orchestrator";
        return EndAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenConsoleAsync(CancellationToken cancellationToken) =>
        await OpenPlainConsoleAsync(cancellationToken).ConfigureAwait(false) is { } console
            ? new ResumingConsole(console, OpenPlainConsoleAsync, Completion)
            : Stream.Null;

    /// <inheritdoc/>
    public ValueTask DetachAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            Release();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            await KillAsync(CancellationToken.None).ConfigureAwait(false);
            Release();
            _parts.Files.Remove();
        }
    }

    /// <inheritdoc/>
    public void Observe(DomainEvent happened)
    {
        switch (happened)
        {
            case DomainEvent.LifecycleChanged { Change: var change, Detail: var detail }:
                ObserveLife(change, detail);
                break;
            case DomainEvent.TrayChanged { DeviceAlias: DomainXml.ConfigDriveAlias } moved when _guestRan && !_drive.MovesTray:
                _events.Publish(moved.Change == TrayChange.Opened ? new VmEvent.TrayOpened() : new VmEvent.TrayClosed());
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
        }
    }

    /// <inheritdoc/>
    public void Lost(string cause)
    {
        lock (_gate)
        {
            if (_completion.Task.IsCompleted || _released != 0)
            {
                return;
            }

            _loss.TrySetResult();
            _patience?.Dispose();
            _patience = _time.CreateTimer(_ => _ = EndWithoutDaemonAsync(), null, Daemon.Patience, Timeout.InfiniteTimeSpan);
        }

        _events.Publish(new VmEvent.ControlLost(cause));
    }

    /// <inheritdoc/>
    public void Restored()
    {
        lock (_gate)
        {
            if (!_loss.Task.IsCompleted)
            {
                return;
            }

            _loss = NewLoss();
            _patience?.Dispose();
        }

        _ = LookAgainAsync();
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
                End(_life.Judge(detail, _note.Current, WhyKilled()));
                break;
        }
    }

    /// <summary>The domain is paused: by a person, or on the way to its end, as after a panic, which other events tell of.</summary>
    private async Task NameSuspensionAsync()
    {
        try
        {
            if (await LookAsync(CancellationToken.None).ConfigureAwait(false) is { State: DomainState.Paused, Reason: DomainStateReason.PausedUser })
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
            if (await LookSettledAsync().ConfigureAwait(false) is { } sight)
            {
                _events.Publish(new VmEvent.ControlRestored());
                if (_guestRan)
                {
                    Report(sight);
                }
            }
            else if (_exists)
            {
                End(Vanished("it ended while libvirtd was away, so nobody saw how"));
            }
        }
        catch (Exception exception) when (exception is LibvirtException or OrchestratorException or OperationCanceledException)
        {
            // Away again, which is told of anew; or over.
        }
    }

    /// <summary>
    /// The daemon does not come back, and a machine that nobody can watch must not go on: so its process is ended, where the kernel lets us. Otherwise it is
    /// left to the daemon's return.
    /// </summary>
    private async Task EndWithoutDaemonAsync()
    {
        if (!_loss.Task.IsCompleted || !_exists)
        {
            return;
        }

        switch (await QemuProcess.KillAsync(Uuid, _time).ConfigureAwait(false))
        {
            case QemuProcess.Outcome.Killed:
                _killedBecause ??= $"libvirtd could not be reached for {Daemon.Patience.TotalSeconds} s";
                End(Vanished(_killedBecause));
                break;
            case QemuProcess.Outcome.Gone:
                End(Vanished("it ended while libvirtd was away, so nobody saw how"));
                break;
        }
    }

    /// <summary>Ends it by libvirt, or without libvirt where that is away or goes away meanwhile. Returns when it is over.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (Completion.IsCompleted)
        {
            return;
        }

        var ending = EndByLibvirtAsync(cancellationToken);
        if (await Task.WhenAny(ending, _loss.Task).ConfigureAwait(false) != ending
            && await QemuProcess.KillAsync(Uuid, _time).ConfigureAwait(false) != QemuProcess.Outcome.NotAllowed)
        {
            End(Vanished("it vanished"));
        }

        // What waits for the daemon waits no longer than the machine lives.
        await ending.ConfigureAwait(false);
    }

    private async Task EndByLibvirtAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DoAsync(domain => domain.Destroy(), cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException exception)
        {
            // Several may end it at once, and a daemon that has just come back may have ended it and not know.
            if (await LookAsync(cancellationToken).ConfigureAwait(false) is not null)
            {
                throw new HypervisorException(
                    $"libvirt cannot end domain {_parts.Note.Instance}: {exception.Message}; try: virsh destroy {Uuid}", exception);
            }
        }

        await EndedAsync("it vanished", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The domain is gone; the event that says so is on its way, or was lost with a connection.</summary>
    private async Task<VmExit> EndedAsync(string otherwise, CancellationToken cancellationToken)
    {
        try
        {
            return await Completion.WaitAsync(EndDeadline, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            End(Vanished(otherwise));
            return await Completion.ConfigureAwait(false);
        }
    }

    private VmExit Vanished(string otherwise) => WhyKilled() is { } why
        ? new VmExit(VmExitReason.Killed, why)
        : new VmExit(VmExitReason.Unknown, otherwise);

    // In this order: whoever destroys it says so in the note, ends it, and removes the note at the end.
    private string? WhyKilled() => _killedBecause
        ?? ((_parts.Files.Note.Read() is { } note ? note.Destroyed : !_parts.Files.Exist()) ? "it was destroyed by another orchestrator" : null);

    private void End(VmExit exit)
    {
        lock (_gate)
        {
            if (_completion.Task.IsCompleted)
            {
                return;
            }

            _patience?.Dispose();
            if (_parts.Files.Exist())
            {
                _parts.Log.TryCopy(_parts.Note, _parts.Files);
                _note.Update(note => note with { Exit = exit });
            }

            _events.Publish(new VmEvent.Stopped(exit));
            _events.End();
            _completion.TrySetResult(exit);
        }

        _over.Cancel();
    }

    private void Report(DomainSight sight)
    {
        if (sight.Drive.TrayOpen)
        {
            _events.Publish(new VmEvent.TrayOpened());
        }

        if (sight is { State: DomainState.Paused, Reason: DomainStateReason.PausedIoError })
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

    private bool HasMedium()
    {
        var medium = new FileInfo(_parts.Files.ConfigMedia);
        return medium.Exists && medium.Length > 0;
    }

    private Task<Stream?> OpenPlainConsoleAsync(CancellationToken cancellationToken) =>
        DomainConsole.OpenAsync(act => DoAsync(act, cancellationToken), _parts.Note.Instance);

    private Task<DomainSight?> LookAsync(CancellationToken cancellationToken) =>
        _parts.Daemon.CallAsync(connection => DomainSight.Of(connection, Uuid), cancellationToken);

    private async Task<DomainSight?> LookSettledAsync()
    {
        while (true)
        {
            try
            {
                return await _parts.Daemon.CallAsync(connection => DomainSight.OfSettled(connection, Uuid), _over.Token).ConfigureAwait(false);
            }
            catch (LibvirtException exception) when (exception.Code == LibvirtErrorCode.OperationTimeout && _released == 0)
            {
                // It is not connected to its QEMU yet, and what it does about that may come without an event.
            }
        }
    }

    /// <summary>Does something to the domain. False when it is over, also when it ends while the daemon is being waited for.</summary>
    private async Task<bool> DoAsync(Action<LibvirtDomain> act, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        try
        {
            return await _parts.Daemon.CallAsync(connection => connection.With(Uuid, act), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static TaskCompletionSource NewLoss() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Release()
    {
        _watching.Dispose();
        lock (_gate)
        {
            _patience?.Dispose();
            _events.End();
        }
    }
}

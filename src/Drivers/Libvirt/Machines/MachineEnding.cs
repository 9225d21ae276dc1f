using Libvirt;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Libvirt.Connections;

namespace Orchestrator.Drivers.Libvirt.Machines;

/// <summary>
/// How a machine comes to its end, and that it is over: an event may say so, or a look at libvirtd, or the death of its process; the first counts.
/// Thread-safe.
/// </summary>
internal sealed class MachineEnding : IDisposable
{
    /// <summary>How an end is told that came while the daemon was away.</summary>
    public const string Unseen = "it ended while libvirtd was away, so nobody saw how";

    // For the event of a domain that is gone: it is on its way, or was lost with a connection.
    private static readonly TimeSpan EventDeadline = TimeSpan.FromSeconds(30);

    // For libvirtd to notice that a QEMU is dead.
    private static readonly TimeSpan NoticeDeadline = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<VmExit> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MachineParts _parts;
    private readonly CommandedDomain _domain;
    private readonly NoteKeeper<DomainNote> _note;
    private readonly VmEventQueue _events;
    private readonly GuestPort _guestPort;
    private readonly TimeProvider _time;
    private string? _killedBecause;
    private volatile bool _created;
    private volatile bool _gone;
    private bool _concluded;
    private bool _released;

    /// <summary>A machine that goes on.</summary>
    /// <param name="parts">What it consists of.</param>
    /// <param name="domain">Commands its domain, until the end.</param>
    /// <param name="note">What is known of it.</param>
    /// <param name="events">Where the end is told.</param>
    /// <param name="guestPort">What its guest says last comes before that.</param>
    /// <param name="time">The clock.</param>
    public MachineEnding(
        MachineParts parts, CommandedDomain domain, NoteKeeper<DomainNote> note, VmEventQueue events, GuestPort guestPort, TimeProvider time)
    {
        _parts = parts;
        _domain = domain;
        _note = note;
        _events = events;
        _guestPort = guestPort;
        _time = time;
        _created = parts.Exists;
        Absence = new DaemonAbsence(time, () => _ = EndWithoutDaemonAsync());
    }

    /// <summary>How it ended, when it has.</summary>
    public Task<VmExit> Completion => _completion.Task;

    /// <summary>Whether its daemon is away.</summary>
    public DaemonAbsence Absence { get; }

    /// <summary>Whether there is or was a domain: where there is none before that, it is not over but yet to come.</summary>
    public bool Created => _created;

    /// <summary>Why an orchestrator killed it; null where none did.</summary>
    public string? WhyKilled => _killedBecause ?? (_parts.Files.Note.IsDestroyed ? "it was destroyed by another orchestrator" : null);

    private Guid Uuid => _parts.Note.Uuid;

    private MachineProcesses Processes => _parts.Files.ProcessesOf(_parts.Id, _note.Current);

    /// <summary>The domain was created.</summary>
    public void ConfirmCreation() => _created = true;

    /// <summary>Kills it: by libvirt, or without libvirt where that is away or goes away meanwhile. Returns when it is over, and no process is left.</summary>
    /// <exception cref="HypervisorException">Libvirt is there and cannot, or a process that could be the machine is left.</exception>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _killedBecause ??= "it was killed by the orchestrator";
        if (!Completion.IsCompleted)
        {
            var killing = KillByLibvirtAsync(cancellationToken);
            if (await Task.WhenAny(killing, Absence.Begun).ConfigureAwait(false) != killing && await EndProcessAsync().ConfigureAwait(false) is not null)
            {
                Vanish("it vanished");
            }

            // What waits for the daemon waits no longer than the machine lives.
            await killing.ConfigureAwait(false);
        }

        if (!_gone)
        {
            Processes.RequireGone();
            _parts.Files.EndNetwork();
            _gone = true;
        }
    }

    /// <summary>The domain is gone: waits for what says how it ended, for a while.</summary>
    /// <param name="otherwise">What is said where nothing does.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<VmExit> AwaitAsync(string otherwise, CancellationToken cancellationToken)
    {
        try
        {
            return await Completion.WaitAsync(EventDeadline, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Vanish(otherwise);
            return await Completion.ConfigureAwait(false);
        }
    }

    /// <summary>Something failed that fails where QEMU is dead: waits, for a while, whether it turns out to be.</summary>
    public async Task<bool> IsNearAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Completion.WaitAsync(NoticeDeadline, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>It is over, and nobody saw how.</summary>
    /// <param name="otherwise">What is said where it was not killed.</param>
    public void Vanish(string otherwise) => Conclude(WhyKilled is { } why
        ? new VmExit(VmExitReason.Killed, why)
        : new VmExit(VmExitReason.Unknown, otherwise));

    /// <summary>It is over. What is said first counts.</summary>
    public void Conclude(VmExit exit)
    {
        lock (_gate)
        {
            if (_concluded)
            {
                return;
            }

            _concluded = true;
            Absence.Dispose();

            // Nothing is written where somebody removes the files meanwhile: who destroys the machine, or who undoes its preparation.
            if (!_released && !_parts.Files.Note.IsDestroyed)
            {
                _parts.Log.TryCopy(_parts.Note, _parts.Files);
                _note.Update(note => note with { Exit = exit });
            }
        }

        _domain.Close();
        _ = TellAsync(exit);
    }

    /// <summary>The machine is somebody else's: its end is not told here.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _released = true;
            Absence.Dispose();
            _events.End();
        }
    }

    private async Task TellAsync(VmExit exit)
    {
        await _guestPort.EndAsync().ConfigureAwait(false);
        _events.Publish(new VmEvent.Stopped(exit));
        _events.End();
        _completion.SetResult(exit);
    }

    private async Task KillByLibvirtAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _domain.DoAsync(domain => domain.Destroy(), cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException exception)
        {
            // Several may end it at once, and a daemon that has just come back may have ended it and not know.
            if (await _domain.LookAsync(cancellationToken).ConfigureAwait(false) is not null)
            {
                throw new HypervisorException(
                    $"libvirt cannot end domain {_parts.Note.Instance}: {exception.Message}; try: virsh destroy {Uuid}", exception);
            }
        }

        await AwaitAsync("it vanished", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The daemon does not come back, and a machine that nobody can watch must not go on: so its process is ended, where the kernel lets us. Otherwise it is
    /// left to the daemon's return.
    /// </summary>
    private async Task EndWithoutDaemonAsync()
    {
        if (!Absence.Lasts || !_created)
        {
            return;
        }

        switch (await EndProcessAsync().ConfigureAwait(false))
        {
            case true:
                _killedBecause ??= $"libvirtd could not be reached for {Daemon.Patience.TotalSeconds} s";
                Vanish(_killedBecause);
                break;
            case false:
                Vanish(Unseen);
                break;
        }
    }

    /// <summary>Ends the machine's process, for when libvirt is away and the machine has to end all the same.</summary>
    /// <returns>Whether there was one; null where that cannot be told, or it may not be ended.</returns>
    private async Task<bool?> EndProcessAsync()
    {
        try
        {
            if (Processes.FindOnly() is not { } process)
            {
                return false;
            }

            await Processes.KillAsync(process, _time, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (HypervisorException)
        {
            return null;
        }
    }
}

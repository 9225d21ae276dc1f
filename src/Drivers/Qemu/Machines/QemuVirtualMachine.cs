using System.Net.Sockets;
using Orchestrator.Drivers.Host.Machines;
using Orchestrator.Drivers.Host.Network;
using Orchestrator.Drivers.Host.Processes;
using Orchestrator.Drivers.Qemu.Qmp;

namespace Orchestrator.Drivers.Qemu.Machines;

/// <summary>A machine whose QEMU runs, or ran when this process got hold of it.</summary>
internal sealed class QemuVirtualMachine : IVirtualMachine, IQemuMonitorObserver
{
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(30);

    private readonly VmEventQueue _events = new();
    private readonly TaskCompletionSource<VmExit> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _letGo = new();
    private readonly MachineEvents _translator = new();
    private readonly MachineParts _parts;
    private readonly TimeProvider _time;
    private readonly QemuMonitor _monitor;
    private readonly ConfigDrive _drive;
    private readonly NoteKeeper<ProcessNote> _note;
    private readonly GuestPort _guestPort;
    private readonly Task _life;
    private string? _killedBecause;
    private volatile bool _gone;
    private int _started;
    private int _released;

    /// <summary>Takes over a QEMU.</summary>
    /// <param name="parts">What it consists of; owned from here on.</param>
    /// <param name="time">The clock.</param>
    public QemuVirtualMachine(MachineParts parts, TimeProvider time)
    {
        _parts = parts;
        _time = time;
        _started = parts.Found is null ? 0 : 1;
        _note = new NoteKeeper<ProcessNote>(parts.Files.Note, parts.Note);
        _monitor = new QemuMonitor(parts.Client, parts.Connect, this, parts.Process.Exited, time);
        _drive = new ConfigDrive(_monitor, _translator, mayHoldMedium: parts.Found is { MediumInserted: true });
        _guestPort = new GuestPort(parts.Files.GuestPort, _events, time);
        if (parts.Found is { } state)
        {
            Report(state);
            _guestPort.Listen();
            WatchNetwork();
        }

        _life = LiveAsync();
    }

    public VmId Id => _parts.Id;

    public IAsyncEnumerable<VmEvent> Events => _events.ReadAllAsync();

    public SshEndpoint? Ssh => _parts.Note.SshPort is { } port ? SshEndpoint.OnLoopback(port) : null;

    public Task<VmExit> Completion => _completion.Task;

    bool IQemuMonitorObserver.IsEnding => _translator.Cause is not null || _killedBecause is not null;

    public async Task StartAsync(ReadOnlyMemory<byte> medium, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0 || _parts.Medium is null)
        {
            throw new InvalidOperationException("The machine was started already, or made by another process.");
        }

        try
        {
            _parts.Medium.Fill(medium.Span);
            _guestPort.Listen();
            var running = (medium.IsEmpty || await _drive.InsertAsync(cancellationToken).ConfigureAwait(false))
                && await _monitor.ExecuteAsync("cont", null, cancellationToken).ConfigureAwait(false) is not null;
            if (!running)
            {
                var exit = await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
                throw new HypervisorException($"QEMU ended before the guest could be started: {exit.Detail}");
            }

            WatchNetwork();
        }
        catch (QmpCommandException exception)
        {
            throw new HypervisorException($"QEMU would not start the guest: {exception.Description}", exception);
        }
        finally
        {
            _parts.Medium.Dispose();
        }
    }

    public async Task RemoveConfigMediaAsync(CancellationToken cancellationToken)
    {
        await _drive.RemoveAsync(cancellationToken).ConfigureAwait(false);
        _parts.Files.EraseOldMedium();
    }

    public async Task RequestPowerDownAsync(CancellationToken cancellationToken)
    {
        // Before the command: the guest may be gone before its answer is here.
        _note.Update(note => note with { PowerDownRequested = true });
        try
        {
            await _monitor.ExecuteAsync("system_powerdown", null, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException exception)
        {
            throw new HypervisorException($"QEMU would not press the power button: {exception.Description}", exception);
        }
    }

    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _monitor.ExecuteAsync("query-status", null, cancellationToken).ConfigureAwait(false) is { } state
                && state.GetProperty("status").ValueEquals("io-error"))
            {
                await _monitor.ExecuteAsync("cont", null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (QmpCommandException exception)
        {
            throw new HypervisorException($"QEMU would not let the guest go on: {exception.Description}", exception);
        }
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _killedBecause ??= "it was killed by the orchestrator";
        _parts.Process.Kill();
        try
        {
            await Completion.WaitAsync(KillDeadline, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new HypervisorException(
                $"QEMU (pid {_parts.Note.Pid}) does not die of SIGKILL within {KillDeadline.TotalSeconds} s; the kernel holds it, look at the host's storage and its log: dmesg",
                exception);
        }

        if (!_gone)
        {
            _parts.Files.ProcessesOf(Id, _note.Current).RequireGone();
            _parts.Files.EndNetwork();
            _gone = true;
        }
    }

    public async Task<Stream> OpenConsoleAsync(CancellationToken cancellationToken)
    {
        Stream? console = null;
        try
        {
            console = await ConsoleSocket.ConnectAsync(Id, _parts.Files, cancellationToken).ConfigureAwait(false);

            // QEMU takes the connection in its main loop, where it answers commands too: after an answer, it has taken it.
            await _monitor.ExecuteAsync("query-status", null, cancellationToken).ConfigureAwait(false);
            return Interlocked.Exchange(ref console, null);
        }
        catch (SocketException exception)
        {
            // Nobody listens once QEMU is dead, which may not be known here yet; the monitor waits until it is.
            return await _monitor.ExecuteAsync("query-status", null, cancellationToken).ConfigureAwait(false) is null
                ? Stream.Null
                : throw new HypervisorException($"the console {_parts.Files.ConsoleSocket} cannot be opened: {exception.Message}", exception);
        }
        finally
        {
            if (console is not null)
            {
                await console.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public ValueTask DetachAsync() => Interlocked.Exchange(ref _released, 1) == 0 ? ReleaseAsync() : ValueTask.CompletedTask;

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

    void IQemuMonitorObserver.Observe(QmpEvent message)
    {
        if (_translator.Translate(message) is { } meaning)
        {
            _events.Publish(meaning);
        }

        if (message.Name is "RESUME" or "STOP")
        {
            _note.Update(note => note with { Running = message.Name == "RESUME" });
        }
    }

    void IQemuMonitorObserver.Lost(string cause) => _events.Publish(new VmEvent.ControlLost(cause));

    async Task IQemuMonitorObserver.RestoredAsync(QmpClient client, CancellationToken cancellationToken)
    {
        var state = BlockState.Read(await client.ExecuteAsync("query-block", null, null, cancellationToken).ConfigureAwait(false));
        _events.Publish(new VmEvent.ControlRestored());
        if (state is { } found && _started != 0)
        {
            Report(found);
        }
    }

    private async Task LiveAsync()
    {
        try
        {
            if (!await _monitor.RunAsync(_letGo.Token).ConfigureAwait(false))
            {
                _killedBecause ??= $"its control socket could not be connected to for {QemuMonitor.Patience.TotalSeconds} s";
                _parts.Process.Kill();
            }

            var status = await _parts.Process.Exited.WaitAsync(_letGo.Token).ConfigureAwait(false);
            var log = LogTail.Read(_parts.Files.HypervisorLog);
            if (_parts.Files.Note.IsDestroyed)
            {
                _killedBecause ??= "it was destroyed by another orchestrator";
            }

            var exit = new ExitDiagnosis
            {
                Cause = _translator.Cause ?? ShutdownCause.FindIn(log),
                Status = status,
                KilledBecause = _killedBecause,
                PowerDownRequested = _note.Current.PowerDownRequested,
                Log = log,
                Watched = true,
            }.Judge();
            await _guestPort.EndAsync().ConfigureAwait(false);
            _events.Publish(new VmEvent.Stopped(exit));
            _events.End();
            _completion.SetResult(exit);
        }
        catch (OperationCanceledException) when (_letGo.IsCancellationRequested)
        {
            // Let go of: there is nothing more to hear, and nobody knows how it will end.
            _events.End();
        }
    }

    private void WatchNetwork() => _ = GuestNetwork.WatchAsync(_parts.Files.Directory, _events, Completion, isSeen: () => true, _time, _letGo.Token);

    private void Report(BlockState state)
    {
        if (state.TrayOpen)
        {
            _events.Publish(new VmEvent.TrayOpened(FoundOpen: true));
        }

        if (state.StorageFull && _translator.StorageFilled() is { } full)
        {
            _events.Publish(full);
        }
    }

    private async ValueTask ReleaseAsync()
    {
        await _letGo.CancelAsync().ConfigureAwait(false);
        await _guestPort.StopAsync().ConfigureAwait(false);
        await _life.ConfigureAwait(false);
        _parts.Medium?.Dispose();
        _parts.Process.Dispose();
        _parts.Transcript.Dispose();
        _letGo.Dispose();
    }
}

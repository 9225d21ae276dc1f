using System.Threading.Channels;

namespace Orchestrator.Drivers.Fake;

/// <summary>A machine as the fake host knows it.</summary>
internal sealed class FakeDomain
{
    private readonly Lock _lock = new();
    private readonly Func<FakeGuest, Task> _script;
    private bool _trayOpen;
    private ReadOnlyMemory<byte> _medium;
    private int _consoleReaders;
    private TaskCompletionSource? _room;
    private GuestLines? _lines;
    private byte[] _said = []; // and nobody has heard it yet

    public FakeDomain(VmSpec spec, Func<FakeGuest, Task> script)
    {
        Spec = spec;
        Guest = new FakeGuest(this);
        _script = script;
        _lines = new GuestLines(Publish, TimeProvider.System);
    }

    public VmSpec Spec { get; }

    public FakeGuest Guest { get; }

    public TaskCompletionSource PowerButton { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A count for every time it is pressed.</summary>
    public SemaphoreSlim Presses { get; } = new(0);

    public TaskCompletionSource<VmExit> Exit { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Channel<byte[]> Console { get; } = Channel.CreateUnbounded<byte[]>();

    public bool Running { get; private set; }

    /// <summary>Whether a medium is in the drive.</summary>
    public bool HasMedium => !_medium.IsEmpty;

    /// <summary>Where events go; replaced when somebody attaches.</summary>
    public Channel<VmEvent> Events { get; private set; } = Channel.CreateUnbounded<VmEvent>();

    /// <summary>Opens the console for its one reader.</summary>
    public Stream OpenConsole() => Interlocked.Exchange(ref _consoleReaders, 1) == 0
        ? new FakeConsoleStream(Console.Reader, close: () => _consoleReaders = 0)
        : throw new HostException(HostProblem.Other, $"somebody has the console of machine {Spec.Id}; see: orchestrator logs -f {Spec.Id}");

    /// <summary>Lets the guest run, unless the machine is over.</summary>
    public bool Start(ReadOnlyMemory<byte> medium)
    {
        lock (_lock)
        {
            if (Exit.Task.IsCompleted)
            {
                return false;
            }

            _trayOpen = false;
            _medium = medium.ToArray();
            Running = true;
        }

        _ = Task.Run(async () =>
        {
            try
            {
                await _script(Guest);
            }
            catch (Exception defect)
            {
                // A script that throws is a broken test; end the machine so that the test ends, and say why.
                End(new VmExit(VmExitReason.HypervisorCrashed, defect.ToString()));
            }
        });
        return true;
    }

    public void Attach()
    {
        lock (_lock)
        {
            Events = Channel.CreateUnbounded<VmEvent>();
            if (_trayOpen && HasMedium)
            {
                Events.Writer.TryWrite(new VmEvent.TrayOpened(FoundOpen: true));
            }

            _lines = new GuestLines(Publish, TimeProvider.System);
            Hear();
            if (Exit.Task.IsCompleted)
            {
                Events.Writer.TryWrite(new VmEvent.Stopped(Exit.Task.Result));
                Events.Writer.Complete();
            }
        }
    }

    public void Detach()
    {
        lock (_lock)
        {
            _lines = null;
        }
    }

    public void Say(string line)
    {
        lock (_lock)
        {
            if (!Exit.Task.IsCompleted)
            {
                _said = [.. _said, .. System.Text.Encoding.UTF8.GetBytes(line + "\n")];
                Hear();
            }
        }
    }

    public void MoveTray(bool open)
    {
        lock (_lock)
        {
            _trayOpen = open;
            Publish(open ? new VmEvent.TrayOpened() : new VmEvent.TrayClosed());
        }
    }

    public void RemoveMedium()
    {
        lock (_lock)
        {
            _medium = default;
            _trayOpen = true;
        }
    }

    public byte[]? ReadMedium()
    {
        lock (_lock)
        {
            return HasMedium && !_trayOpen ? _medium.ToArray() : null;
        }
    }

    public void Reboot()
    {
        if (Spec.Machine.OnReboot == RebootAction.Shutdown)
        {
            End(new VmExit(VmExitReason.GuestShutdown, "guest-reset"));
        }
        else
        {
            Publish(new VmEvent.GuestRebooted());
        }
    }

    public void Print(string line)
    {
        lock (_lock)
        {
            // A script may go on after its machine is over; a guest does not.
            if (!Exit.Task.IsCompleted)
            {
                File.AppendAllText(Path.Combine(Spec.RunDirectory, RunFiles.ConsoleLog), line + "\r\n");
                Console.Writer.TryWrite(System.Text.Encoding.UTF8.GetBytes(line + "\r\n"));
            }
        }
    }

    public Task FillDisk()
    {
        var room = _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Publish(new VmEvent.StorageFull());
        return room.Task;
    }

    public void Resume() => _room?.TrySetResult();

    private void Hear()
    {
        if (_lines is not null)
        {
            _lines.Hear(_said);
            _said = [];
        }
    }

    public void Publish(VmEvent happened) => Events.Writer.TryWrite(happened);

    public void End(VmExit exit)
    {
        lock (_lock)
        {
            if (!Exit.TrySetResult(exit))
            {
                return;
            }

            Running = false;
            _lines?.End();
            Publish(new VmEvent.Stopped(exit));
            Events.Writer.TryComplete();
            Console.Writer.TryComplete();
        }
    }
}

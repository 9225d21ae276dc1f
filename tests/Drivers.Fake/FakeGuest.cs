namespace Orchestrator.Drivers.Fake;

/// <summary>What guest code can do and see. A test, or a script given to <see cref="FakeDriver.Script"/>, plays the guest with it.</summary>
public sealed class FakeGuest
{
    private readonly FakeDomain _domain;

    internal FakeGuest(FakeDomain domain) => _domain = domain;

    /// <summary>The machine it runs in.</summary>
    public VmSpec Spec => _domain.Spec;

    /// <summary>Completes when the power button is pressed.</summary>
    public Task PowerButton => _domain.PowerButton.Task;

    /// <summary>Completes when the power button is pressed once more than it was waited for.</summary>
    public Task NextPressAsync() => _domain.Presses.WaitAsync();

    /// <summary>Completes when the machine is over.</summary>
    public Task<VmExit> Over => _domain.Exit.Task;

    /// <summary>Opens the config drive's tray.</summary>
    public void OpenTray() => _domain.MoveTray(open: true);

    /// <summary>Closes the config drive's tray.</summary>
    public void CloseTray() => _domain.MoveTray(open: false);

    /// <summary>Reads the config drive; null when it holds no medium or the tray is open.</summary>
    public byte[]? ReadMedium() => _domain.ReadMedium();

    /// <summary>Writes to the serial console.</summary>
    public void Print(string line) => _domain.Print(line);

    /// <summary>Says a line by its port.</summary>
    public void Say(string line) => _domain.Say(line);

    /// <summary>Shuts down.</summary>
    public void ShutDown() => _domain.End(
        new VmExit(PowerButton.IsCompleted ? VmExitReason.PoweredOff : VmExitReason.GuestShutdown, "guest-shutdown"));

    /// <summary>Reboots; where the spec says so, that ends the machine.</summary>
    public void Reboot() => _domain.Reboot();

    /// <summary>Panics.</summary>
    public void Panic()
    {
        _domain.Publish(new VmEvent.GuestPanicked());
        _domain.End(new VmExit(VmExitReason.GuestPanic, "guest-panic"));
    }

    /// <summary>Writes until the host's disk is full; completes when it is let go on.</summary>
    public Task FillDiskAsync() => _domain.FillDisk();

    /// <summary>Writes until its quota is used up.</summary>
    public void ExhaustQuota() => _domain.Publish(new VmEvent.StorageLimitReached("Disk quota exceeded"));

    /// <summary>Its network ends.</summary>
    public void LoseNetwork() => _domain.Publish(new VmEvent.NetworkLost("its network ended"));

    /// <summary>Not the guest's doing, but happens to it: the hypervisor dies.</summary>
    public void CrashHypervisor() => _domain.End(new VmExit(VmExitReason.HypervisorCrashed, "killed by signal 11 (SIGSEGV)"));

    /// <summary>Not the guest's doing either: the control connection breaks and comes back.</summary>
    public void InterruptControl()
    {
        _domain.Publish(new VmEvent.ControlLost("connection reset"));
        _domain.Publish(new VmEvent.ControlRestored());
    }

    /// <summary>Somebody pauses the machine and lets it go on.</summary>
    public void Pause()
    {
        _domain.Publish(new VmEvent.Suspended("somebody paused the machine"));
        _domain.Publish(new VmEvent.Resumed());
    }
}

namespace Orchestrator.Drivers;

/// <summary>Something that happened to a machine. A closed hierarchy: a <c>switch</c> over the nested types is complete.</summary>
public abstract record VmEvent
{
    private VmEvent()
    {
    }

    /// <summary>The guest opened the config drive's tray: it has read its configuration and wants the medium gone.</summary>
    /// <param name="FoundOpen">It was found open, and may have been for a while: nobody heard of the opening itself.</param>
    public sealed record TrayOpened(bool FoundOpen = false) : VmEvent;

    /// <summary>The config drive's tray was closed.</summary>
    public sealed record TrayClosed : VmEvent;

    /// <summary>
    /// The guest restarted itself; the machine goes on. One reboot may be reported several times, since firmware may reset the machine again.
    /// </summary>
    public sealed record GuestRebooted : VmEvent;

    /// <summary>The guest's kernel reported a panic (pvpanic). <see cref="Stopped"/> follows.</summary>
    public sealed record GuestPanicked : VmEvent;

    /// <summary>
    /// A write failed because the host's storage is full; the machine is paused until <see cref="IVirtualMachine.ResumeAsync"/>.
    /// </summary>
    public sealed record StorageFull : VmEvent;

    /// <summary>
    /// A write failed because of a limit of the host's storage that others' room does not lift: a quota (EDQUOT), the largest a file may get (EFBIG). The guest saw
    /// it fail. Reported once.
    /// </summary>
    /// <param name="Limit">Which, in the host's words.</param>
    public sealed record StorageLimitReached(string Limit) : VmEvent;

    /// <summary>The machine's network ended without the machine: its guest reaches nobody any more, and nobody it. Reported once.</summary>
    /// <param name="Cause">What ended, for a person.</param>
    public sealed record NetworkLost(string Cause) : VmEvent;

    /// <summary>Somebody else pressed the machine's power button (<c>virsh shutdown</c>); the guest may heed it.</summary>
    /// <param name="Cause">Who or what, for a person.</param>
    public sealed record PowerButtonPressed(string Cause) : VmEvent;

    /// <summary>
    /// Somebody else paused the machine (<c>virsh suspend</c>); it goes on when they let it. Its time runs on.
    /// </summary>
    /// <param name="Cause">Who or what, for a person.</param>
    public sealed record Suspended(string Cause) : VmEvent;

    /// <summary>The machine that was <see cref="Suspended"/> goes on.</summary>
    public sealed record Resumed : VmEvent;

    /// <summary>The guest says something of itself, by its port. Bounded before it is queued (<see cref="GuestLines"/>).</summary>
    /// <param name="Report">What.</param>
    public sealed record GuestSaid(GuestReport Report) : VmEvent;

    /// <summary>The guest says more by its port, or longer lines, than is listened to. Reported at the first such line, and once more at the end of the machine.</summary>
    /// <param name="Lines">How many so far.</param>
    public sealed record GuestUnheard(long Lines) : VmEvent;

    /// <summary>
    /// The way to command the machine is gone (control socket, libvirtd) while the machine itself may well run on. Not an exit: the driver
    /// attaches again by itself and says <see cref="ControlRestored"/>, or <see cref="Stopped"/> when it finds the machine over. Commands
    /// given meanwhile wait. A driver that cannot attach again within a minute ends the machine rather than leave it unwatched.
    /// </summary>
    /// <param name="Cause">Why, in words for a person.</param>
    public sealed record ControlLost(string Cause) : VmEvent;

    /// <summary>
    /// The machine can be commanded again. What happened meanwhile follows as events: a tray found open counts as opened just now.
    /// </summary>
    public sealed record ControlRestored : VmEvent;

    /// <summary>The machine is over. Always the last event.</summary>
    /// <param name="Exit">How it ended.</param>
    public sealed record Stopped(VmExit Exit) : VmEvent;
}
